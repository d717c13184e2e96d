// What every network binding offers to the HAL: addresses, names, datagrams and streams, as numbers and bytes.
//
// The three bindings (memory, sockets, wire) implement it; `hal/network.ts` has the promises. Every call returns at once
// and none throws once the telephone runs. Addresses are unsigned numbers in host order.

/** What `tcpState` answers: a `Status`, and on failure a reason for people. */
export interface TcpState {
  readonly status: number;
  readonly reason: string;
}

export interface Datagram {
  readonly data: Uint8Array;
  readonly address: number;
  readonly port: number;
}

export interface Network {
  /** True while somebody outside is being waited for: the clock must then be the wall clock. */
  readonly outstanding: boolean;
  /** What is under way in this process without taking telephone time; undefined where nothing is. The clock stands until it ends. */
  settle?(): Promise<void> | undefined;
  configure(address: number, mask: number, router: number, mtu: number): number;
  /** `Pending`, a failure, or the addresses. */
  dnsResolve(name: string, servers: readonly number[]): number | number[];
  udpOpen(port: number): number;
  udpSend(handle: number, address: number, port: number, data: Uint8Array): number;
  udpReceive(handle: number): Datagram | null;
  tcpOpen(address: number, port: number, flags: number, name: string): number;
  tcpState(handle: number): TcpState;
  tcpSend(handle: number, data: Uint8Array): number;
  tcpReceive(handle: number, target: Uint8Array): number;
  close(handle: number, abort: boolean): number;
  /** `Pending`, 0 nobody answers within a second, 1 somebody else does. */
  arpProbe(address: number): number;
  /** Tagging of a port: see `eth_configure`. */
  portConfigure(port: number, phy: number, tagging: number, tag: number): number;
  /** One LLDP frame out. */
  frameSend(frame: Uint8Array): number;
  /** Takes one received LLDP frame; its bytes, 0 none. */
  frameReceive(target: Uint8Array): number;
  /** The telephone was reset or lost power: every handle dies and the address is gone. */
  reset(): void;
}

/** Handles of one telephone at a time: more than the core's own limits can ever need. */
export const HANDLE_COUNT_MAX = 32;
/** Datagrams that wait in one port's queue; a later one is dropped, as in a real stack. */
export const DATAGRAM_QUEUE_MAX = 32;
/** The largest UDP payload over IPv4: 65,535 less 20 and 8 bytes of headers. */
export const DATAGRAM_BYTES_MAX = 65507;
/** Bytes that wait in each direction of a stream: an unscaled TCP window. */
export const WINDOW_BYTES = 65536;
/** The port on which a telephone listens while it has no address (RFC 2131 §4.1). */
export const DHCP_CLIENT_PORT = 68;
export const DHCP_SERVER_PORT = 67;
