// Goal: parameters entered locally and those of the last good settings file survive power, at their ranks; nothing else does, and a
// start-up that changes nothing wears nothing. Method: one chip through several start-ups on the wire, power off between them.

import type { Test } from "tap";
import { Kind } from "../../hal/abi.js";
import { office, telephone } from "../support/lans.js";
import { playTable, type Row } from "../support/scenario-table.js";
import { play, SMALL_PART, software, type Files, type Played, type Scenario } from "../support/scenario.js";

const LOGIN = ["login", "reached", 0] as const;
/** DHCP that names no file server. */
const serverless = office({ option242: "" });
const script = (settings: string): Files => ({ "96xxupgrade.txt": "GET 46xxsettings.txt\n", "46xxsettings.txt": settings });
const on = (contents: Uint8Array, more: Partial<Scenario>): Omit<Row, "name" | "ends"> => {
  const { stored: _stored, ...rest } = telephone;
  return { lan: office(), ...rest, contents, ...more };
};
/** The chip after a start-up of its own. */
const after = (more: Partial<Scenario>): Uint8Array =>
  play({ ...telephone, lan: office(), name: "before", ...more }).board.flash.contents();

const is = (t: Test, { end }: Played, name: string, value: string, source: string): void =>
  void t.match(end.parameters[name], { value, source }, `${name} is ${value}, ${source}`);
/** Of the settings log: the journal writes at every start-up. */
const erases = ({ flash }: Played): number => flash.settingsErases;

const CALLED = "SET SIPSIGNAL 1\nSET SIPPROXYSRVR 10.0.8.3\nSET SIPDOMAIN example.com\n";
const called = after({ files: script(CALLED) });
const closed = after({ files: script("SET PROCSTAT 1\n") });
/** Typed in where there is no DHCP. */
const STATIC = ["USE_DHCP=0", "IPADD=10.0.8.60", "NETMASK=255.255.255.0", "ROUTER=10.0.8.1", "HTTPSRVR=10.0.8.2"];
const typed = after({ identity: { presets: STATIC }, files: script(CALLED) });

/** A chip with room for two boot images, on which the static address was entered. */
const boot = software("boot2.bin", { kind: Kind.Boot, bytes: 20_000 });
const roomy = {
  part: SMALL_PART, stored: [software("boot1.bin", { kind: Kind.Boot, bytes: 20_000 }), software("app1.bin", { bytes: 2000 })],
};
const typedRoomy = after({ ...roomy, identity: { presets: STATIC }, files: script(CALLED) });
const bootFiles: Files = {
  "96xxupgrade.txt": "SET APPNAME boot2.bin\nGET 46xxsettings.txt\n", "46xxsettings.txt": CALLED, "boot2.bin": boot.bytes,
};

const rows: Row[] = [
  {
    ...on(called, { lan: serverless }), name: "no-file-server", ends: ["login", "no-file-server", 1],
    texts: ["No file server address", "Contacting Call Server...", "Enter username"],
    check: (t, played) => {
      is(t, played, "SIPPROXYSRVR", "10.0.8.3", "stored");
      is(t, played, "SIPDOMAIN", "example.com", "stored");
      t.ok(played.events.some((event) => event.event === "sip" && event.server === "10.0.8.3" && event.result === "contacted"));
      t.same(erases(played), 0, "nothing is written");
    },
  },
  {
    ...on(called, { files: {} }), name: "settings-file-gone", ends: ["login", "script-missing", 1],
    check: (t, played) => is(t, played, "SIPPROXYSRVR", "10.0.8.3", "stored"),
  },
  {
    ...on(called, { files: script(CALLED) }), name: "unchanged", ends: LOGIN,
    check: (t, played) => {
      is(t, played, "SIPDOMAIN", "example.com", "settings");
      t.same([erases(played), played.flash.counts.program], [0, 0], "nothing but the journal, as in every start-up");
    },
  },
  {
    ...on(called, { files: script("SET SIPSIGNAL 1\nSET SIPPROXYSRVR 10.0.8.3\n") }), name: "removed-from-the-file", ends: LOGIN,
    check: (t, played) => {
      is(t, played, "SIPDOMAIN", "example.com", "stored");
      const later = play({ ...on(played.board.flash.contents(), { lan: serverless }), name: "later", strict: false });
      is(t, later, "SIPDOMAIN", "", "default");
      is(t, later, "SIPPROXYSRVR", "10.0.8.3", "stored");
    },
  },
  {
    ...on(called, { files: { "96xxupgrade.txt": "SET SIPDOMAIN example.org\nGET 46xxsettings.txt\n" } }), name: "settings-file-missing",
    ends: ["login", "http-status", 1],
    check: (t, played) => {
      is(t, played, "SIPDOMAIN", "example.org", "script");
      const later = play({ ...on(played.board.flash.contents(), { lan: serverless }), name: "later", strict: false });
      is(t, later, "SIPDOMAIN", "example.com", "stored");
    },
  },
  {
    ...on(called, { files: script("<html><body>SET SIPDOMAIN example.org</body></html>\n") }), name: "settings-file-is-none",
    ends: ["login", "not-a-script", 1],
    check: (t, played) => is(t, played, "SIPDOMAIN", "example.com", "stored"),
  },
  {
    ...on(closed, { files: script("SET PROCSTAT 0\n") }), name: "procstat-from-stored-settings", ends: LOGIN,
    keys: [{ when: { state: "conflict" }, keys: [{ key: 0x2a }] }],
    check: (t, played) => {
      t.equal(played.events.filter((event) => event.event === "beep").length, 1, "the key * beeps before any server was reached");
      t.notOk(played.events.some((event) => event.event === "softkeys" && event.labels.includes("Program")), "and there is no softkey");
      is(t, played, "PROCSTAT", "0", "settings");
    },
  },
  {
    ...on(closed, { lan: office({ option242: "PROCSTAT=0,HTTPSRVR=10.0.8.2" }), files: script("SET SIG 2\n") }),
    name: "option-242-beats-stored", ends: LOGIN, texts: ["Finding router...", "Enter username"],
    check: (t, played) => {
      is(t, played, "PROCSTAT", "0", "option242");
      t.ok(played.events.some((event) => event.event === "softkeys" && event.labels.includes("Program")), "and opens the local procedures");
    },
  },
  {
    ...on(typed, { lan: office({ pool: ["10.0.8.200", "10.0.8.210"] }), files: script(CALLED) }), name: "entered-locally", ends: LOGIN,
    check: (t, played) => {
      is(t, played, "IPADD", "10.0.8.60", "command-line");
      t.notOk(played.events.some((event) => event.event === "dhcp"), "DHCP is not asked");
      t.same(erases(played), 0);
    },
  },
  {
    ...on(typed, { files: script("SET HTTPSRVR 10.0.8.99\n"), lan: serverless }), name: "entered-locally-beats-the-file", ends: LOGIN,
    check: (t, played) => is(t, played, "HTTPSRVR", "10.0.8.2", "command-line"),
  },
  {
    ...on(typedRoomy, { part: SMALL_PART, files: bootFiles }), name: "new-boot-file-takes-static-addressing", ends: LOGIN,
    texts: ["File Obtained;please wait...", "Restarting...", "DHCP: 0 secs", "Enter username"],
    check: (t, played) => {
      t.equal(played.end.bootname, "boot2.bin");
      is(t, played, "IPADD", "10.0.8.50", "dhcp");
      is(t, played, "HTTPSRVR", "10.0.8.2", "command-line");
      const later = play({ ...on(played.board.flash.contents(), { part: SMALL_PART, files: bootFiles }), name: "later" });
      is(t, later, "IPADD", "10.0.8.50", "dhcp");
      t.same([later.end.bootname, erases(later)], ["boot2.bin", 0], "and for good");
    },
  },
  {
    ...on(typedRoomy, { part: SMALL_PART, files: bootFiles, until: "restart" }), name: "a-boot-file-that-fails-takes-nothing",
    ends: ["restart", "reached", 0],
    check: (t, played) => {
      let { board } = played;
      const sources: (string | undefined)[] = [];
      for (let start = 0; start < 4; start++) {
        const run = play({ ...on(board.flash.contents(), { part: SMALL_PART }), name: "start", until: "dhcp", strict: false });
        sources.push(`${run.end.bootname} ${run.end.parameters["IPADD"]?.value}`);
        board = run.board;
      }
      const isNew = "boot2.bin 0.0.0.0";
      t.same(sources, [isNew, isNew, isNew, "boot1.bin 10.0.8.60"], "the old one is back, and what was entered under it");
    },
  },
  {
    ...telephone, lan: office(), name: "no-room", ends: LOGIN,
    files: script([
      "SIPDOMAIN", "HTTPPROXY", "HTTPEXCEPTIONDOMAINS", "MYCERTCAID", "CONFIG_SERVER", "SIPREGISTRAR", "SNTPSRVR", "TLSSRVR", "LOGSRVR",
    ].map((name) => `SET ${name} ${"v".repeat(250)}\n`).join("")),
    check: (t, played) => {
      t.match(played.end.warnings, [{ code: "flash-failed" }, {}]);
      t.same(erases(played), 0, "the chip is left as it was");
    },
  },
];

playTable("stored-settings", rows);
