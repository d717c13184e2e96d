// The two ports: the line's link, how frames are tagged, and raw LLDP frames.

import { halEthConfigure, halEthLink, halEthReceive, halEthSend } from "../../hal/ethernet";

const PORT_LINE: i32 = 0;
const PORT_PC: i32 = 1;
const LINK_FULL_DUPLEX: i32 = 0x10000;

/** Speed of the line port in Mbit/s, 0 while there is no link. */
export function linkSpeed(): i32 {
  const link = halEthLink(PORT_LINE);
  return link <= 0 ? 0 : link & 0xffff;
}

/** True while the line port sends and receives at the same time. */
export function linkIsFullDuplex(): bool {
  const link = halEthLink(PORT_LINE);
  return link > 0 && (link & LINK_FULL_DUPLEX) != 0;
}

/** Sets the line port: PHY1STAT, tagging, VLAN (0 is priority tagging) and priority of every frame. */
export function linkConfigure(phy: i32, tagged: bool, vid: i32, priority: i32): void {
  assert(vid >= 0 && vid <= 4094 && priority >= 0 && priority <= 7);
  halEthConfigure(PORT_LINE, phy, tagged ? 1 : 0, vid | (priority << 12));
}

/** Sets the PC port: PHY2STAT, separation, and the VLAN and priority that its frames get. */
export function linkConfigurePc(phy: i32, separated: bool, vid: i32, priority: i32): void {
  assert(vid >= 0 && vid <= 4094 && priority >= 0 && priority <= 7);
  halEthConfigure(PORT_PC, phy, separated ? 1 : 0, vid | (priority << 12));
}

/** Sends one LLDP frame. A port that is down or busy loses it; the next one comes. */
export function linkSendFrame(ptr: usize, bytes: i32): void {
  halEthSend(ptr, bytes);
}

/** Takes one LLDP frame: its bytes, 0 none. A host's count above the capacity is not believed. */
export function linkReceiveFrame(ptr: usize, capacity: i32): i32 {
  const bytes = halEthReceive(ptr, capacity);
  return bytes < 0 || bytes > capacity ? 0 : bytes;
}
