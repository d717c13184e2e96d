// Ethernet: the state of the two ports.

/** Returns 0 while the port (0 line, 1 PC) is down, else its speed in Mbit/s; bit 16 is set for full duplex. */
@external("hal", "eth_link")
export declare function halEthLink(port: i32): i32;
