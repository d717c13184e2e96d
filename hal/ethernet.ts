// Ethernet: the two ports' link and tagging, and raw frames for LLDP. Everything else goes through the network group.

/** Returns 0 while the port (0 line, 1 PC) is down or does not exist, else its speed in Mbit/s; bit 16 is set for full duplex. */
@external("hal", "eth_link")
export declare function halEthLink(port: i32): i32;

/**
 * Sets a port's PHY mode (PHY1STAT's or PHY2STAT's number) and tagging. Line port: tagging 0 off, 1 on, with tag = vid | pcp << 12;
 * vid 0 is priority tagging; clears ARP and receive queues, open streams get Reset. PC port: PHY 0 is off, tagging is separation
 * on or off, tag = the port's VLAN and priority; the telephone's own traffic goes on. Returns Ok, for the PC port Unsupported where
 * there is none. Atomic between frames.
 */
@external("hal", "eth_configure")
export declare function halEthConfigure(port: i32, phy: i32, tagging: i32, tag: i32): i32;

/**
 * Sends one frame from its destination address on, without check sequence; EtherType 0x88cc only, and never tagged (IEEE 802.1AB).
 * Returns its bytes, NoLink or WouldBlock.
 */
@external("hal", "eth_send")
export declare function halEthSend(ptr: usize, bytes: i32): i32;

/**
 * Takes one received frame of EtherType 0x88cc, a tag removed; a longer one than the capacity is dropped.
 * Returns its bytes, 0 none; queue of 8.
 */
@external("hal", "eth_receive")
export declare function halEthReceive(ptr: usize, capacity: i32): i32;
