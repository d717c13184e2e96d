// A pass of the start-up: from the link, or from DHCP, on. A later one knows nothing that only the pass before it knew.
//
// In force at its beginning: defaults, what is stored, what was entered locally, and the VLAN that a restart chose. The changes
// are told by `parametersReportPoll`.

import { keptFileEnd } from "../settings/kept";
import { parametersReturn } from "../settings/parameters";
import { restorePoll, restoreStart } from "../settings/restore";
import { vlanKept } from "./vlan";

/** Begins a pass; with `keepsLldp` the switch is still the same, and what it said holds. */
export function passBegin(keepsLldp: bool): void {
  parametersReturn(keepsLldp);
  keptFileEnd(false); // A file that was cut short takes nobody's place.
  restoreStart();
  while (!restorePoll(false)) {} // The list ends, and nothing is told meanwhile.
  vlanKept();
}
