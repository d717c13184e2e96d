// The two ports: the line's link, and how frames are tagged.

import { halEthConfigure, halEthLink } from "../../hal/ethernet";

const PORT_LINE: i32 = 0;
const PORT_PC: i32 = 1;

/** Speed of the line port in Mbit/s, 0 while there is no link. */
export function linkSpeed(): i32 {
  const link = halEthLink(PORT_LINE);
  return link <= 0 ? 0 : link & 0xffff;
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
