// Network: addresses, names, datagrams and streams. The stack is below this line.
//
// IPv4 addresses are host-order bit patterns in arguments and memory, never results (they would be negative in JavaScript).
// A handle is at least zero. After power loss or `net_configure` with address 0 every open stream answers Reset.

/** Sets address, mask, router and MTU. Returns Ok. Address 0 = unconfigured: streams get Reset, datagrams to port 68 are still received. */
@external("hal", "net_configure")
export declare function halNetConfigure(address: i32, mask: i32, router: i32, mtu: i32): i32;

/**
 * Asks whether anybody answers ARP for an address. Returns Pending, 0 nobody within one second, 1 answered by another.
 * Repeat the call until it is decided; the same address asked again after a result is a new probe. Own answers are ignored.
 */
@external("hal", "arp_probe")
export declare function halArpProbe(address: i32): i32;

/**
 * Resolves a name with the given servers (u32 each), one question at a time; repeat the call until it is decided.
 * Returns Pending, the count of u32 addresses written, NoName or TimedOut. Another name abandons the question under way.
 */
@external("hal", "dns_resolve")
export declare function halDnsResolve(
  namePtr: usize, nameBytes: i32, serversPtr: usize, serverCount: i32, outPtr: usize, outCapacity: i32,
): i32;

/** Opens a datagram port. Returns a handle or NoSpace. */
@external("hal", "udp_open")
export declare function halUdpOpen(port: i32): i32;

/** Sends one datagram. Returns its bytes, WouldBlock or NoLink. While unconfigured it leaves from 0.0.0.0. */
@external("hal", "udp_send")
export declare function halUdpSend(handle: i32, address: i32, port: i32, ptr: usize, bytes: i32): i32;

/**
 * Takes one whole datagram; longer ones than the capacity and empty ones are dropped and the next is looked at. Returns bytes, 0 none.
 * `from` = u32 address, u32 port.
 */
@external("hal", "udp_receive")
export declare function halUdpReceive(handle: i32, ptr: usize, capacity: i32, fromPtr: usize): i32;

/**
 * Opens a stream. Flags: 1 TLS, 2 check that the server's certificate is for the name (RFC 6125), which is a host name or an address as it
 * was written. The certificate must be trusted and valid at the telephone's own date. Returns a handle, NoSpace or Unsupported.
 */
@external("hal", "tcp_open")
export declare function halTcpOpen(address: i32, port: i32, flags: i32, namePtr: usize, nameBytes: i32): i32;

/**
 * Returns 0 once open, Pending, or how it failed: Refused, Reset, TimedOut, Unreachable, or one of Tls…, which
 * come after a connection was made.
 * On failure a reason for people is written, zero-terminated when shorter than the capacity.
 */
@external("hal", "tcp_state")
export declare function halTcpState(handle: i32, reasonPtr: usize, capacity: i32): i32;

/** Sends bytes. Returns the count accepted, 0 when full, Closed or Reset. */
@external("hal", "tcp_send")
export declare function halTcpSend(handle: i32, ptr: usize, bytes: i32): i32;

/** Receives bytes. Returns the count, 0 none yet, Closed (orderly, all bytes delivered first) or Reset. */
@external("hal", "tcp_receive")
export declare function halTcpReceive(handle: i32, ptr: usize, capacity: i32): i32;

/** Closes a datagram port or a stream, orderly or with a reset. Returns Ok; the handle is invalid at once. */
@external("hal", "net_close")
export declare function halNetClose(handle: i32, abort: i32): i32;
