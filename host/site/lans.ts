// The LANs that are built in, in the form of a LAN file: each name of `--lan NAME` with its line for `--lan list`.
//
// They are data, checked by the same reader as a user's file, and meant to be copied from: `voice-vlan` is the usual office,
// the others have one thing wrong each.

import { DEMO_USERS } from "./demo.js";
import type { LanConfig, LanVlan } from "./lan-config.js";

/** The names of an office. */
function names(prefix: string): Readonly<Record<string, readonly string[]>> {
  const hosts = { "files.example.com": 2, "sip.example.com": 3, "ca.example.com": 4, "time.example.com": 4 };
  return Object.fromEntries(Object.entries(hosts).map(([name, host]) => [name, [`${prefix}.${host}`]]));
}

/** Router, names and DHCP at .1, file server at .2, call server at .3, CA and time at .4, telephones from .50. */
const OFFICE: LanVlan = {
  id: 1,
  subnet: "10.0.8.0/24",
  dhcp: { pool: ["10.0.8.50", "10.0.8.199"], domain: "example.com", option242: "HTTPSRVR=10.0.8.2" },
  routers: [{ address: "10.0.8.1" }],
  dns: { address: "10.0.8.1", names: names("10.0.8") },
  // A moment, so that a person can read the screen.
  fileServer: { address: "10.0.8.2", demo: true, thinkMilliseconds: 250 },
  callServer: { address: "10.0.8.3", users: DEMO_USERS },
  scep: { address: "10.0.8.4" },
  sntp: { address: "10.0.8.4" },
};

/** The same for voice, on VLAN 232. */
const VOICE: LanVlan = {
  id: 232,
  subnet: "10.0.232.0/24",
  dhcp: { pool: ["10.0.232.50", "10.0.232.199"], domain: "example.com", option242: "HTTPSRVR=10.0.232.2" },
  routers: [{ address: "10.0.232.1" }],
  dns: { address: "10.0.232.1", names: names("10.0.232") },
  fileServer: { address: "10.0.232.2", demo: true, thinkMilliseconds: 250 },
  callServer: { address: "10.0.232.3", users: DEMO_USERS },
  scep: { address: "10.0.232.4" },
  sntp: { address: "10.0.232.4" },
};

/** A VLAN of data whose only word to a telephone is which VLAN to use. */
function pointer(option242: string): LanVlan {
  return { id: 1, subnet: "10.0.8.0/24", dhcp: { pool: ["10.0.8.50", "10.0.8.199"], option242 }, routers: [{ address: "10.0.8.1" }] };
}

const LANS: Readonly<Record<string, LanConfig>> = {
  demo: {
    summary: "one subnet with DHCP, file server and call server: an old telephone is upgraded twice and ends registered",
    vlans: [OFFICE],
  },
  "voice-vlan": {
    summary: "option 242 on the untagged VLAN sends the telephone to the tagged voice VLAN 232, where everything else is",
    port: { voiceVlan: 232 },
    vlans: [pointer("L2Q=1,L2QVLAN=232"), VOICE],
  },
  "vlan-loop": {
    summary: "two DHCP servers that send the telephone to each other's VLAN, 231 and 232, for ever",
    port: { allowedVlans: [231, 232] },
    vlans: [
      pointer("L2Q=1,L2QVLAN=231"),
      { ...VOICE, id: 231, subnet: "10.0.231.0/24", ...loopEnd("10.0.231", 232) },
      { ...VOICE, ...loopEnd("10.0.232", 231) },
    ],
  },
  conflict: {
    summary: "the first address that DHCP hands out is used by somebody already",
    vlans: [{ ...OFFICE, taken: ["10.0.8.50"] }],
  },
  "bad-router": {
    summary: "the only router that DHCP names does not answer",
    vlans: [{
      ...OFFICE,
      dhcp: { ...OFFICE.dhcp!, server: "10.0.8.1" },
      routers: [{ address: "10.0.8.254", answers: false }],
    }],
  },
  "no-dhcp": {
    summary: "the DHCP server never answers",
    vlans: [{ ...OFFICE, dhcp: { ...OFFICE.dhcp!, silent: true } }],
  },
  "scep-pending": {
    summary: "the demonstration whose CA has somebody decide: the telephone waits for its certificate and has it after three minutes",
    vlans: [{ ...OFFICE, scep: { address: "10.0.8.4", decision: "pending", polls: 2 } }],
  },
  lossy: {
    summary: "the demonstration over a cable that loses 5 % of the frames, duplicates 2 %, reorders 5 % and flips bits in 0.1 %",
    cable: { loss: 5, duplicate: 2, reorder: 5, flip: 0.1 },
    vlans: [OFFICE],
  },
};

/** A VLAN of the loop: its DHCP knows of nothing but the other VLAN. */
function loopEnd(prefix: string, other: number): Pick<LanVlan, "dhcp" | "routers" | "dns" | "fileServer" | "callServer" | "scep" | "sntp"> {
  return {
    dhcp: { pool: [`${prefix}.50`, `${prefix}.199`], option242: `L2Q=1,L2QVLAN=${other},HTTPSRVR=${prefix}.2` },
    routers: [{ address: `${prefix}.1` }],
    dns: { address: `${prefix}.1` },
    fileServer: { address: `${prefix}.2`, demo: true, thinkMilliseconds: 250 },
    callServer: { address: `${prefix}.3`, users: DEMO_USERS },
    scep: { address: `${prefix}.4` },
    sntp: { address: `${prefix}.4` },
  };
}

export const LAN_NAMES: readonly string[] = Object.keys(LANS);

/** A built-in LAN, or undefined for a name that is none. */
export function builtInLan(name: string): LanConfig | undefined {
  return Object.hasOwn(LANS, name) ? LANS[name] : undefined;
}

/** One line for each built-in LAN. */
export function lanList(): string {
  const width = Math.max(...LAN_NAMES.map((name) => name.length)) + 2;
  return LAN_NAMES.map((name) => `${name.padEnd(width)}${LANS[name]!.summary}\n`).join("");
}
