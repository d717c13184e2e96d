// Whether anybody answers ARP for an address.

import { halArpProbe } from "../../hal/network";

/** Pending, 0 nobody, 1 somebody else. Call until it is decided; asked again afterwards it is a new probe. */
export function arpProbe(address: u32): i32 {
  return halArpProbe(<i32>address);
}
