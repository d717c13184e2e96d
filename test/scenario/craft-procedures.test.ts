// Goal: each local procedure does what it says, at the next start-up and not before, and nothing is stored but by Save and Yes.
// Method: whole start-ups on the wire; the keys of a person, written as `--key` has them, from `Program` on. The settings log's erases and
// the start-up after the reset show what was stored.

import t, { type Test } from "tap";
import { keyValue } from "../../host/cli/option-values.js";
import { FailingFlash } from "../../host/faults/failing-flash.js";
import type { KeyScript } from "../../host/key-script.js";
import { TrustStore } from "../../host/peripherals/trust-store.js";
import { lanAuthorityPem } from "../../host/site/lan-tls.js";
import { certificatesOfPem } from "../../host/x509/pem.js";
import { asking } from "../support/certificates.js";
import { office, telephone, trunk, vlan } from "../support/lans.js";
import { playTable, requestsOf, type Row } from "../support/scenario-table.js";
import { play, playSettled, type Files, type Played, type Scenario } from "../support/scenario.js";
import { tlsPlan } from "../support/tls.js";

const LOGIN = ["login", "reached", 0] as const;
const CRAFT = ["craft", "local-procedures", 3] as const;
/** From power-up to the menu, then these keys. */
const at = (menu: string, ...more: string[]): { readonly keys: readonly KeyScript[] } => ({
  keys: ["conflict:Program", '"Enter command":Mute 27238#', `"Admin Procedures":${menu}`, ...more].map(keyValue),
});
const settings = (text: string): Files => ({ "96xxupgrade.txt": "GET 46xxsettings.txt\n", "46xxsettings.txt": text });
const { stored: _stored, ...blank } = telephone;
const lan = office();
const before = (more: Partial<Scenario>): Uint8Array => play({ ...telephone, lan, name: "before", ...more }).board.flash.contents();
const later = (played: Played, more: Partial<Scenario> = {}): Played =>
  play({ ...blank, lan, name: "later", ...more, contents: played.board.flash.contents() });

const beeps = ({ events }: Played): number => events.filter((event) => event.event === "beep").length;
const shown = ({ events }: Played, text: string): boolean => events.some((event) => event.event === "display" && event.text === text);
const is = (t: Test, { end }: Played, name: string, value: string, source: string): void =>
  void t.match(end.parameters[name], { value, source }, `${name} is ${value}, ${source}`);
const messages = ({ events }: Played): string[] => events.flatMap((event) => (event.event === "dhcp" ? [event.message ?? ""] : []));
const storedNothing = (t: Test, played: Played): void => void t.same(played.flash.settingsErases, 0, "nothing is written");

/** `Use DHCP` to No, then address, router and mask; the cursor goes on with #. */
const STATIC = "Start Change # Clear 10*0*8*60 # Clear 10*0*8*1 # Clear 255*255*255*0 # Clear 10*0*8*2 Save Exit";
const branch = "IF $GROUP SEQ 7 GOTO SEVEN\nSET SIPDOMAIN others.example.com\nGOTO END\n# SEVEN\nSET SIPDOMAIN seven.example.com\n# END\n";
const hex = (text: string): string => Buffer.from(text).toString("hex");
/** Settings of a file and a group that was entered. */
const used = before({ identity: { presets: ["GROUP=5"] }, files: settings("SET SIPDOMAIN example.com\nSET PHY2STAT 3\n") });

const addresses: Row[] = [
  {
    ...telephone, name: "addr-static", lan, ends: LOGIN, ...at(STATIC), timeoutSeconds: 60,
    texts: [
      "Address Procedures", "> Use DHCP Yes", "> Use DHCP No", "> Phone: 10.0.8.60", "> Mask: 255.255.255.0", "Restarting...",
      "Enter username",
    ],
    check: (t, played) => {
      t.same(messages(played), ["discover", "offer", "request", "ack"], "DHCP of the first start-up alone");
      is(t, played, "IPADD", "10.0.8.60", "craft");
      is(t, played, "ROUTER", "10.0.8.1", "craft");
      const again = later(played);
      t.same(messages(again), [], "and it is so after a loss of power");
      t.equal(again.end.ok, true);
    },
  },
  {
    // Router and mask are DHCP's and stay as they are shown.
    ...telephone, name: "addr-static-as-shown", lan, ends: LOGIN, ...at("Start Change # Bksp 9 # # # Clear 10*0*8*2 Save Exit"),
    timeoutSeconds: 60, texts: ["> Use DHCP No", "> Phone: 10.0.8.59", "> Router: 10.0.8.1", "> Mask: 255.255.255.0", "Enter username"],
    check: (t, played) => {
      for (const [name, value] of [["IPADD", "10.0.8.59"], ["NETMASK", "255.255.255.0"], ["ROUTER", "10.0.8.1"]]) {
        is(t, played, name!, value!, "craft");
      }
    },
  },
  {
    // The way back out of an address that somebody has.
    ...telephone, name: "addr-static-conflict", lan: office({}, { taken: ["10.0.8.60"] }), ends: LOGIN, timeoutSeconds: 90,
    ...at(STATIC, '"Address Conflict":Program Mute 27238# Start Change Save Exit'),
    texts: ["Restarting...", "Address Conflict", "Startup interrupted", "> Use DHCP No", "> Use DHCP Yes", "DHCP: 0 secs"],
    check: (t, played) => is(t, played, "IPADD", "10.0.8.50", "dhcp"),
  },
  {
    ...telephone, name: "addr-static-conflict-waits", lan: office({}, { taken: ["10.0.8.60"] }), ends: ["conflict", "address-conflict", 1],
    timeoutSeconds: 120, ...at(STATIC), texts: ["Restarting...", "Address Conflict"],
    check: (t, { events }) => t.match(events.findLast((event) => event.event === "softkeys"), { labels: ["Program"] }),
  },
  {
    // An emptied field is not entered any more: the file server is option 242's again.
    ...blank, contents: before({ identity: { presets: ["HTTPSRVR=10.0.8.9"] }, timeoutSeconds: 60 }), name: "addr-emptied",
    lan, ends: LOGIN, ...at("Start # # # # Clear Save Exit"), texts: ["> HTTP Server: 10.0.8.9", "> HTTP Server: "],
    check: (t, played) => is(t, played, "HTTPSRVR", "10.0.8.2", "option242"),
  },
  {
    ...telephone, name: "addr-vlan", lan: office({}, {}), ends: CRAFT, timeoutSeconds: 60, until: "none",
    ...at("Start Up Up Up Up 4094 Clear 5 Up Change Save Start Up Up Up Up Up"),
    texts: ["> VLAN ID: 4", "> VLAN ID: 4094", "> VLAN ID: ", "> VLAN ID: 5", "> 802.1Q: On", "Admin Procedures", "> 802.1Q: On"],
    check: (t, played) => is(t, played, "L2QVLAN", "5", "craft"),
  },
];

const vlans: Row[] = [
  {
    ...telephone, name: "addr-vlan-used", lan: trunk("", [vlan(232)]), ends: LOGIN, timeoutSeconds: 60,
    ...at("Start Up Up Up Up 232 Save Exit"),
    texts: ["> VLAN ID: 232", "Restarting...", "VLAN ID = 232", "Enter username"],
    check: (t, played) => is(t, played, "IPADD", "10.0.232.50", "dhcp"),
  },
  {
    // The VLAN that the last start chose is forgotten, too: it is learnt anew.
    ...telephone, name: "clear-forgets-the-vlan", lan: trunk("L2QVLAN=232", [vlan(232)]), ends: LOGIN, timeoutSeconds: 60,
    ...at("Down Start Yes"),
    check: (t, { events }) => {
      const begins = events.flatMap((event) => (event.event === "vlan" && event.reason === "stored" ? [event.vid] : []));
      t.same(begins, [0, 232, 0, 232]);
    },
  },
];

const others: Row[] = [
  {
    ...telephone, name: "group-changes-the-branch", lan, ends: LOGIN, files: { "96xxupgrade.txt": branch }, timeoutSeconds: 60,
    ...at("Down Down Start 7 Save Exit"), texts: ["Group Procedure", "> Group: 0", "> Group: 7", "Restarting...", "Enter username"],
    check: (t, played) => {
      is(t, played, "SIPDOMAIN", "seven.example.com", "script");
      is(t, later(played, { files: { "96xxupgrade.txt": branch } }), "GROUP", "7", "craft");
    },
  },
  {
    ...telephone, name: "sig-skips-the-software", lan, ends: LOGIN, timeoutSeconds: 60, ...at("Up Up Up Start Change Save Exit"),
    files: { "96xxupgrade.txt": "IF $SIG SEQ 1 GOTO END\nSET APPNAME app2.bin\n# END\n" },
    texts: ["Signaling Procedure", "> SIG: Default", "> SIG: H.323"],
    check: (t, played) => {
      is(t, played, "SIG", "1", "craft");
      t.same(requestsOf(played), ["200 /96xxupgrade.txt"], "no software is asked for");
    },
  },
  {
    ...telephone, name: "sson-is-the-option", ends: LOGIN, timeoutSeconds: 60, ...at("Up Up Start Clear 176 Save Exit"),
    lan: office({ option242: "HTTPSRVR=10.0.8.9,PROCSTAT=0", options: { 176: hex("HTTPSRVR=10.0.8.2,SIPDOMAIN=x,L2QVLAN=0") } }),
    texts: ["SSON Procedure", "> SSON: 242", "> SSON: 176", "HTTP:1 10.0.8.2"],
    check: (t, played) => {
      is(t, played, "SSON", "176", "craft");
      is(t, played, "HTTPSRVR", "10.0.8.2", "option242");
    },
  },
  {
    ...blank, contents: used, name: "clear", lan, ends: LOGIN, files: settings("SET SIG 2\n"), timeoutSeconds: 60, ...at("Down Start Yes"),
    texts: [
      "Clear Procedure", "Are you sure you want to reset the phone to factory defaults? This operation cannot be undone.",
      "Clearing values...", "Restarting...", "Enter username",
    ],
    check: (t, played) => {
      t.same(messages(played).slice(4, 6), ["release", "discover"], "the address is given back");
      for (const [name, value] of [["GROUP", "0"], ["SIPDOMAIN", ""], ["PHY2STAT", "1"]]) is(t, played, name!, value!, "default");
      t.equal(played.end.appname, "app1.bin", "software stays");
    },
  },
  {
    ...blank, contents: used, name: "clear-no", lan, ends: CRAFT, timeoutSeconds: 20, ...at("Down Start 5 # Mute No"),
    texts: ["Clear Procedure", "Admin Procedures"],
    check: (t, played) => {
      storedNothing(t, played);
      t.equal(beeps(played), 3, "whatever is neither Yes nor No");
    },
  },
  {
    ...blank, contents: used, name: "reset-values", lan, ends: LOGIN, files: settings("SET SIG 2\n"), timeoutSeconds: 60,
    ...at("Down Down Down Start Yes"),
    texts: ["Reset Values Procedure", "Are you sure you want to reset the phone's initialization values?", "Restarting..."],
    check: (t, played) => {
      t.notOk(messages(played).includes("release"), "the address is kept");
      for (const [name, value] of [["GROUP", "0"], ["SIPDOMAIN", ""]]) is(t, played, name!, value!, "default");
    },
  },
  {
    ...blank, contents: used, name: "restart-phone", lan, ends: LOGIN, files: settings("SET SIG 2\n"), timeoutSeconds: 60,
    ...at("Up Up Up Up Start Yes"), texts: ["Restart Phone Procedure", "Are you sure you want to restart the phone?", "Restarting..."],
    check: (t, played) => {
      is(t, played, "GROUP", "5", "command-line");
      t.match(played.events.find((event) => event.event === "reset"), { reason: "local-procedures" });
    },
  },
  {
    ...blank, contents: used, name: "view", lan, timeoutSeconds: 20, ...at(`Up Start ${"Down ".repeat(22)}Back Exit`),
    until: "restart", ends: ["restart", "reached", 0],
    texts: [
      "View Procedure", "> Model: 9640D01A", "  Serial No.: 07N540100001", "  MAC: 00040d123456", "  Protocol: SIP",
      "  Application File: app1.bin",
      "  Boot File: ", "> Link: 100Mbps Ethernet", "> Self-Test: Passed", "> Use DHCP Yes", "> Phone: 10.0.8.50", "> 802.1Q: Auto",
      "> Group: 5",
    ],
    check: storedNothing,
  },
];

const entering: Row[] = [
  {
    ...telephone, name: "data-entry", lan, ends: CRAFT, timeoutSeconds: 40,
    ...at("Start 1 * # Mute Clear Bksp 256 * * 0 7 Bksp Bksp Cancel 5 Cancel Cancel"),
    texts: [
      "> Phone: 10.0.8.50", "> Phone: ", "> Phone: 25", "> Phone: 25.", "> Phone: 25.0", "> Phone: 25.7", "> Phone: 25.", "> Phone: 25",
      "Warning, this change has not been saved", "> Phone: 255", "Warning, this change has not been saved", "Admin Procedures",
    ],
    check: (t, played) => {
      // 1 and * in a choice, Mute, Bksp of nothing, the 6 of 256, a second dot; a 5 that makes 255 is taken.
      t.equal(beeps(played), 6);
      storedNothing(t, played);
    },
  },
  {
    ...telephone, name: "not-saved-as-it-is", lan, ends: CRAFT, timeoutSeconds: 40,
    ...at("Start # Clear 10*0 # 1 Save Cancel Cancel Up Up Start Clear 99 Save Bksp Bksp 255 Save 2 Save"),
    texts: ["> Phone: 10.0", "> Router: 10.0.8.11", "> Phone: 10.0", "> SSON: 99", "> SSON: 25", "> SSON: 252", "Admin Procedures"],
    check: (t, played) => {
      t.equal(beeps(played), 4, "half an address, a number below the least one, the 5 of 255, and 25");
      is(t, played, "SSON", "252", "craft");
      is(t, played, "ROUTER", "10.0.8.1", "dhcp");
    },
  },
  {
    // ROUTER is a list, whose text may be anything; what is typed is an address all the same.
    ...telephone, name: "half-a-router", lan, ends: CRAFT, timeoutSeconds: 20, ...at("Start # # Clear 10*0 Save"),
    texts: ["> Router: 10.0"],
    check: (t, played) => {
      t.equal(beeps(played), 1);
      storedNothing(t, played);
    },
  },
  {
    ...telephone, name: "unchanged-is-not-warned-of", lan, ends: CRAFT, timeoutSeconds: 20, ...at("Start # # Cancel"),
    check: (t, played) => t.notOk(shown(played, "Warning, this change has not been saved")),
  },
  {
    ...telephone, name: "the-mark-is-always-seen", lan, ends: CRAFT, timeoutSeconds: 40, ...at(`Start ${"# ".repeat(8)}${"Up ".repeat(7)}`),
    texts: [
      "> VLAN ID: 0", "> HTTPS Server: ", "> HTTP Server: 10.0.8.2", "> Mask: 255.255.255.0", "> Router: 10.0.8.1", "> Phone: 10.0.8.50",
    ],
  },
  {
    ...telephone, name: "half-an-address-in-a-list", lan, ends: CRAFT, timeoutSeconds: 40, ...at("Start # # # # Clear 10*0 Save"),
    texts: ["> HTTP Server: 10.0"],
    check: (t, played) => {
      t.equal(beeps(played), 1);
      storedNothing(t, played);
    },
  },
  {
    // Down is pressed while the chip is at work.
    ...telephone, name: "keys-wait-for-the-chip", lan, ends: CRAFT, timeoutSeconds: 20, ...at("Up Up Up Start Change Save Down Start"),
    texts: ["Signaling Procedure", "Admin Procedures", "SSON Procedure"],
  },
  {
    ...telephone, name: "chip-refuses", lan, ends: LOGIN, timeoutSeconds: 30, ...at("Down Down Start 7 Save Start Save Exit"),
    wrap: (flash) => new FailingFlash(flash, { kind: "erase", after: 0 }), strict: false,
    texts: ["> Group: 7", "Flash failed", "> Group: 7", "Select procedure and press Start.", "Restarting..."],
    check: (t, played) => {
      t.equal(beeps(played), 1);
      is(t, played, "GROUP", "7", "craft");
    },
  },
  {
    ...telephone, name: "chip-refuses-to-clear", lan, ends: CRAFT, timeoutSeconds: 30, ...at("Down Down Start 7 Save Up Start Yes"),
    wrap: (flash) => new FailingFlash(flash, { kind: "erase", after: 2 }), strict: false,
    texts: ["Clearing values...", "Admin Procedures", "Flash failed"],
    check: (t, played) => t.notOk(shown(played, "Restarting..."), "nobody is told that all is forgotten"),
  },
  {
    ...telephone, name: "what-was-not-cleared-is-saved-again", lan, ends: LOGIN, timeoutSeconds: 40,
    ...at("Down Down Start 7 Save Up Start Yes", '"Flash failed":Up Up Up Up Start Change Save Exit'),
    wrap: (flash) => new FailingFlash(flash, { kind: "erase", after: 2 }), strict: false,
    texts: ["Flash failed", "Signaling Procedure", "Restarting..."],
    check: (t, played) => {
      is(t, played, "GROUP", "7", "craft");
      is(t, played, "SIG", "1", "craft");
    },
  },
  {
    ...telephone, name: "emptied-what-nobody-entered", lan, ends: CRAFT, timeoutSeconds: 20,
    ...at("Start # # # # Clear Save Start # # # #"),
    texts: ["> HTTP Server: ", "Select procedure and press Start.", "> HTTP Server: 10.0.8.2"],
  },
  {
    ...telephone, name: "a-choice-cycled-back-is-no-change", lan, ends: CRAFT, timeoutSeconds: 20,
    ...at("Up Up Up Start Change Change Change Cancel"), texts: ["Signaling Procedure", "Admin Procedures"],
    check: (t, played) => t.notOk(shown(played, "Warning, this change has not been saved")),
  },
];

playTable("craft-procedures", [...addresses, ...vlans, ...others, ...entering]);

t.test("power lost in Save: the old entry or the new one, and a telephone that starts", (t) => {
  const groups = new Set<string>();
  for (let after = 0; after < 14; after++) {
    const { end, violations } = play({
      ...blank, contents: used, name: `cut ${after}`, lan, files: settings("SET SIG 2\n"),
      ...at("Down Down Start 7 Save Exit"), cut: { operation: "any", after },
    });
    groups.add(end.parameters["GROUP"]?.value ?? "");
    t.same([violations, end.state], [[], "login"], `operation ${after}`);
  }
  t.same([...groups].sort(), ["57", "5"].sort());
  t.end();
});

t.test("CLEAR forgets the certificates that TRUSTCERTS stored", async (t) => {
  const tls = tlsPlan(new TrustStore());
  const server = { fileServer: { address: "10.0.8.2", demo: true, tls: {} } };
  const learning = { ...settings("SET TRUSTCERTS ca.pem\n"), "ca.pem": lanAuthorityPem() };
  const learnt = await playSettled({ ...telephone, name: "learns", lan: office({}, server), files: learning, tls });
  const trusting = { ...blank, tls, contents: learnt.board.flash.contents() };
  const secure = office({ option242: "TLSSRVR=10.0.8.2" }, server);
  t.match((await playSettled({ ...trusting, name: "trusts", lan: secure })).end, { code: "reached" });
  const cleared = await playSettled({ ...trusting, name: "clears", lan: office({}, server), ...at("Down Start Yes") });
  t.match(cleared.events.filter((event) => event.event === "trust"), [{ effect: "cleared" }]);
  t.match((await playSettled({ ...trusting, name: "asks", lan: secure })).end, { code: "tls", cause: /trusts no certificate yet/ });
});

t.test("CLEAR forgets the telephone's own certificate and its key", (t) => {
  const { events } = play({
    ...asking({ PROCSTAT: 0 }), name: "clear-own", until: "none", timeoutSeconds: 40,
    keys: ['"Enter username":Mute 27238#', '"Admin Procedures":Down Start Yes'].map(keyValue),
  });
  const steps = events.flatMap((event) => (event.event === "scep" ? [`${event.step} ${event.result}`] : []));
  const asked = ["stored none", "capabilities ok", "authority ok", "key ok", "request ok", "answer ok"];
  t.same(steps.filter((step) => !/^(time|poll)/.test(step)), [...asked, "forget ok", ...asked], "as if it never had one");
  t.end();
});

t.test("CLEAR with a secure element that keeps what it has: it is said, and nobody is sent away", async (t) => {
  const stored = certificatesOfPem(Buffer.from(lanAuthorityPem()));
  const stubborn = new TrustStore({ stored, save: () => { throw new Error("full"); } });
  const { end, events } = await playSettled({
    ...telephone, name: "clear-refused", lan, tls: tlsPlan(stubborn), timeoutSeconds: 20, ...at("Down Start Yes"), until: "none",
  });
  t.match(events.filter((event) => event.event === "trust"), [{ effect: "kept", why: "failed" }]);
  t.ok(events.some((event) => event.event === "display" && event.text === "Flash failed"));
  t.match(end, { state: "craft" });
});
