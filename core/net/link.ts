// The line port's link.

import { halEthLink } from "../../hal/ethernet";

const PORT_LINE: i32 = 0;

/** Speed of the line port in Mbit/s, 0 while there is no link. */
export function linkSpeed(): i32 {
  const link = halEthLink(PORT_LINE);
  return link <= 0 ? 0 : link & 0xffff;
}
