// LANs for scenarios: an office VLAN, a voice VLAN and their variations, in the form of a LAN file.
//
// The file servers have the scenario's files; the usual ones name no software, so a start-up goes straight to its login prompt.

import type { LanConfig, LanDhcp, LanPort, LanVlan } from "../../host/site/lan-config.js";
import { SMALL_PART, software, type Scenario } from "./scenario.js";

/** The same host part in each subnet: router and DHCP .1, file server .2, call server .3, telephones from .50. */
export function vlan(id: number, dhcp: Partial<LanDhcp> = {}, more: Partial<LanVlan> = {}): LanVlan {
  const prefix = id === 1 ? "10.0.8" : `10.0.${id}`;
  return {
    id,
    subnet: `${prefix}.0/24`,
    dhcp: { pool: [`${prefix}.50`, `${prefix}.199`], option242: `HTTPSRVR=${prefix}.2`, ...dhcp },
    routers: [{ address: `${prefix}.1` }],
    dns: { address: `${prefix}.1`, names: { "files.example.com": [`${prefix}.2`] } },
    fileServer: { address: `${prefix}.2`, demo: true },
    callServer: { address: `${prefix}.3` },
    ...more,
  };
}

/** One untagged VLAN. */
export function office(dhcp: Partial<LanDhcp> = {}, more: Partial<LanVlan> = {}): LanConfig {
  return { vlans: [vlan(1, dhcp, more)] };
}

/** The office's VLAN also says `option242`, and beside it are tagged VLANs, all of which the port carries. */
export function trunk(option242: string, tagged: readonly LanVlan[], port: LanPort = {}): LanConfig {
  const said = ["HTTPSRVR=10.0.8.2", option242].filter(Boolean).join(",");
  return { port: { allowedVlans: tagged.map(({ id }) => id), ...port }, vlans: [vlan(1, { option242: said }), ...tagged] };
}

/** A chip that is quick to write, with the application that a start-up needs. */
export const telephone: Omit<Scenario, "name"> = {
  part: { ...SMALL_PART, name: "tiny", totalBytes: 0x40000 }, dirty: false, stored: [software("app1.bin", { bytes: 2000 })],
  files: { "96xxupgrade.txt": "SET SIPSIGNAL 1\nSET SIPPROXYSRVR 10.0.8.3,10.0.232.3\nGET 46xxsettings.txt\n",
    "46xxsettings.txt": "SET PROCSTAT 0\n" },
};
