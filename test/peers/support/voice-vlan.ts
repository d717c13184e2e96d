// The site that the wire's tests share: an untagged VLAN and the voice VLAN 232 on one switch port, in a namespace.
//
// In: a namespace. Out: the port's two interfaces, the scopes of a DHCP server on them, the cable as a `--wire` option, and
// what a run's events say about it.

import type { Ran } from "../../support/offhook.js";
import type { DhcpScope } from "./dhcp.js";
import type { Namespace } from "./namespace.js";

export const VOICE_VLAN = 232;
export const DATA_ADDRESS = "10.99.0.1";
export const VOICE_ADDRESS = "10.99.232.1";
const [DATA_DEVICE, VOICE_DEVICE] = ["tdata", "tvoice"];

export function addVlans(namespace: Namespace): void {
  namespace.addTap(DATA_DEVICE, `${DATA_ADDRESS}/24`);
  namespace.addTap(VOICE_DEVICE, `${VOICE_ADDRESS}/24`);
}

/** The file server is on the voice VLAN; `data` is option 242 of the untagged one. */
export function scopes(data: string): readonly DhcpScope[] {
  return [
    { device: DATA_DEVICE, address: DATA_ADDRESS, option242: data },
    { device: VOICE_DEVICE, address: VOICE_ADDRESS, option242: `HTTPSRVR=${VOICE_ADDRESS}` },
  ];
}

/** The options that plug a telephone in; a run that hangs ends after its time. */
export function cable(namespace: Namespace, capture: string): string[] {
  const command = `${namespace.tapmux} ${namespace.name} ${DATA_DEVICE} ${VOICE_DEVICE}:${VOICE_VLAN}`;
  return ["--wire", `exec:${command}`, "--pcap", capture, "--timeout", "60"];
}

/** The DHCP messages of a run, each with the VLAN that it was seen on; a repeated question counts once. */
export function messages(ran: Ran): string[] {
  const all = ran.events.flatMap((event) => (event.event === "dhcp" ? [`${event.vlan} ${event.message}`] : []));
  return all.filter((message, index) => message !== all[index - 1]);
}

/** What was decided about the VLAN: reason, where from, where to, and a star where the telephone follows. */
export function decisions(ran: Ran): string[] {
  return ran.events.flatMap((event) => (event.event === "vlan"
    ? [`${event.reason} ${event.from} ${event.to}${event.changed === true ? " *" : ""}`] : []));
}

/** The states of the run's last start-up. */
export function lastStates(ran: Ran): string[] {
  const states = ran.events.flatMap((event) => (event.event === "state" ? [event.state] : []));
  return states.slice(states.lastIndexOf("power-up"));
}
