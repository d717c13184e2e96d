// Our own address, mask and router as the parameters have them, and when the network below gets to know them.
//
// An address is configured only after nobody answered ARP for it (RFC 5227 §2.1); until then it is just a parameter.

import { Source } from "../../hal/events";
import { asciiAddress } from "../base/ascii";
import { listItemBytes, listItemPtr } from "../settings/list";
import { parameterBytes, parameterNumber, parameterPtr, parameterSource } from "../settings/parameters";
import { Parameter } from "../settings/table";
import { udpConfigure } from "./udp";

const WORD = memory.data(4, 4);

/** IPADD, 0 when there is none. */
export function addressOwn(): u32 {
  return addressRead(Parameter.IPADD);
}

/** True with an address that was entered locally and is used: USE_DHCP 0. One that a lease brought does not count. */
export function addressIsStatic(): bool {
  const source = parameterSource(Parameter.IPADD);
  return parameterNumber(Parameter.USE_DHCP) == 0 && addressOwn() != 0 && source != Source.Dhcp && source != Source.Option242;
}

/** NETMASK; without one the mask of the address's class (RFC 950). */
export function addressMask(): u32 {
  const mask = addressRead(Parameter.NETMASK);
  if (mask != 0) return mask;
  const first = addressOwn() >>> 24;
  if (first < 128) return 0xff000000;
  return first < 192 ? 0xffff0000 : 0xffffff00;
}

/** Uses the address from now on, with one router or without any (0). */
export function addressConfigure(router: u32): void {
  udpConfigure(addressOwn(), addressMask(), router, parameterNumber(Parameter.MTU_SIZE));
}

/** The modes without a start-up have no address of their own: whoever runs the module is all of their network. */
export function addressConfigureLoopback(): void {
  udpConfigure(0x7f000001, 0xff000000, 0, parameterNumber(Parameter.MTU_SIZE));
}

/** The same with the first router, before or instead of the check whether it answers: for what is said in leaving. */
export function addressConfigureUnchecked(): void {
  addressConfigure(addressRead(Parameter.ROUTER));
}

/** An address, of a list the first. */
function addressRead(parameter: i32): u32 {
  const ptr = parameterPtr(parameter);
  const bytes = parameterBytes(parameter);
  store<u32>(WORD, 0);
  asciiAddress(listItemPtr(ptr, bytes, 0), listItemBytes(ptr, bytes, 0), WORD);
  return load<u32>(WORD);
}
