// Goal: a cable that is pulled does not harm the telephone in any state: put back, the start-up finishes; cut for ever, the cause
// has a name.
// Method: start-ups with an update on the wire, slow enough to pull the cable within each state, at the telephone and behind the switch.

import t from "tap";
import type { LanConfig } from "../../host/site/lan-config.js";
import { office, telephone } from "../support/lans.js";
import { playTable, type Row } from "../support/scenario-table.js";
import { play, software, type Played, type Pull, type Scenario } from "../support/scenario.js";

/** Every state lasts long enough to be met in the middle. */
const slow: LanConfig = office({ silentSeconds: 4 }, {
  fileServer: {
    address: "10.0.8.2", demo: true, thinkMilliseconds: 500,
    answers: [{ path: "/46xxsettings.txt", slow: 30 }, { path: "/app2.bin", slow: 5000 }],
  },
});
const update: Omit<Scenario, "name"> = {
  ...telephone, lan: slow,
  files: {
    "96xxupgrade.txt": "SET APPNAME app2.bin\nSET SIPSIGNAL 1\nSET SIPPROXYSRVR 10.0.8.9,10.0.8.3\nGET 46xxsettings.txt\n",
    "46xxsettings.txt": `SET PROCSTAT 0\n${"## \n".repeat(20)}`, "app2.bin": software("app2.bin", { bytes: 20_000 }).bytes,
  },
};
const pulled = (pull: Pull): Omit<Scenario, "name"> => ({ ...update, pull });
const stored = ({ end }: Played): string => end.appname;

const rows: Row[] = [
  { ...pulled({ state: "dhcp", afterMs: 1500, forMs: 3000 }), name: "dhcp", ends: ["login", "reached", 0],
    texts: ["DHCP: 1 secs", "No Ethernet", "100Mbps Ethernet", "DHCP: 0 secs", "app2.bin", "Enter username"] },
  {
    ...pulled({ state: "download", afterMs: 2000, forMs: 3000 }), name: "download", ends: ["login", "reached", 0],
    texts: ["app2.bin", "7 KB received", "No Ethernet", "app2.bin", "0 KB received", "19 KB received", "File Obtained;please wait...",
      "Enter username"],
    check: (t, played) => t.equal(stored(played), "app2.bin"),
  },
  {
    ...pulled({ state: "erase", afterMs: 100, forMs: 3000 }), name: "erase", ends: ["login", "reached", 0],
    texts: ["File Obtained;please wait...", "Saving to flash", "Restarting...", "No Ethernet", "Enter username"],
    check: (t, played) => t.equal(stored(played), "app2.bin", "the file is there already: nothing is lost"),
  },
];

playTable("lan-cable", rows);

const STATES = ["link", "dhcp", "conflict", "router", "file-server", "script", "download", "erase", "write", "restart", "call-server",
  "login"];
/** Into the state: long enough to be in its middle, short enough to be still in it. */
const AFTER_MS: Readonly<Record<string, number>> = { router: 0, script: 1000, download: 2000, erase: 100, write: 5, restart: 100 };

t.test("pulled for ever at the telephone", (t) => {
  const codes = STATES.map((state) => {
    const played = play({ ...pulled({ state, afterMs: AFTER_MS[state] ?? 300 }), name: state, timeoutSeconds: 60 });
    t.same(played.violations, [], state);
    return `${state}: ${played.end.code}`;
  });
  t.same(codes, STATES.map((state) => `${state}: ${state === "login" ? "reached" : "no-link"}`));
  t.end();
});

// Without a router the telephone restarts, and then nobody answers DHCP either: the last start-up's cause is the verdict's.
t.test("cut for ever behind the switch: the link stays up", (t) => {
  const codes = STATES.map((state) => {
    const played = play({ ...pulled({ state, afterMs: AFTER_MS[state] ?? 300, isFar: true }), name: state, timeoutSeconds: 200 });
    t.same(played.violations, [], state);
    return `${state}: ${[played.end.code, ...played.end.warnings.map((warning) => warning.code)].join(", ")}`;
  });
  t.same(codes, [
    "link: no-offer",
    "dhcp: no-offer",
    "conflict: no-offer",
    "router: no-offer",
    "file-server: http-refused, no-call-server",
    "script: http-short, server-unreachable, call-server-silent",
    "download: http-short, call-server-silent",
    "erase: no-offer",
    "write: no-offer",
    "restart: no-offer",
    "call-server: reached, call-server-silent",
    "login: reached",
  ]);
  t.end();
});

t.test("put back after three seconds, every state ends at the prompt with the new software", (t) => {
  for (const isFar of [false, true]) {
    for (const state of STATES) {
      const played = play({ ...pulled({ state, afterMs: AFTER_MS[state] ?? 300, forMs: 3000, isFar }), name: state });
      t.same([played.violations, played.end.state, played.end.code, stored(played)], [[], "login", "reached", "app2.bin"],
        `${state}${isFar ? ", behind the switch" : ""}`);
    }
  }
  t.end();
});
