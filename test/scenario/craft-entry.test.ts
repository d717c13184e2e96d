// Goal: the local procedures open where and for whom they should, and a start-up that was interrupted sends nothing more.
// Method: whole start-ups on the wire with keys at chosen moments, written as `--key` has them; PROCSTAT from each of its sources.

import type { Test } from "tap";
import { keyValue } from "../../host/cli/option-values.js";
import type { KeyScript } from "../../host/key-script.js";
import type { LanConfig, LanDhcp } from "../../host/site/lan-config.js";
import { office, telephone } from "../support/lans.js";
import { playTable, requestsOf, type Row } from "../support/scenario-table.js";
import { play, software, type Files, type Played } from "../support/scenario.js";

const LOGIN = ["login", "reached", 0] as const;
const CRAFT = ["craft", "local-procedures", 3] as const;
const keys = (...texts: string[]): { readonly keys: readonly KeyScript[] } => ({ keys: texts.map(keyValue) });
const settings = (text: string): Files => ({ "96xxupgrade.txt": "GET 46xxsettings.txt\n", "46xxsettings.txt": text });
/** A file server that takes its time, so that a key finds it at work. */
const near = (dhcp: Partial<LanDhcp> = {}): LanConfig =>
  office(dhcp, { fileServer: { address: "10.0.8.2", demo: true, thinkMilliseconds: 250 } });
const closed = play({ ...telephone, lan: office(), name: "before", files: settings("SET PROCSTAT 1\n") }).board.flash.contents();
const { stored: _stored, ...blank } = telephone;
const onClosed = { ...blank, contents: closed };

const beeps = ({ events }: Played): number[] => events.flatMap((event) => (event.event === "beep" ? [event.t] : []));
const offered = ({ events }: Played, label: string): boolean =>
  events.some((event) => event.event === "softkeys" && event.labels.includes(label));
const momentOf = ({ events }: Played, state: string): number =>
  events.find((event) => event.event === "state" && event.state === state)?.t ?? NaN;
const menuOf = ({ events }: Played): string[] => {
  const begin = events.findIndex((event) => event.event === "display" && event.text === "Admin Procedures");
  return events.slice(begin).flatMap((event) => (event.event === "display" && /^[> ] /.test(event.text) ? [event.text.slice(2)] : []));
};
const isClosed = (t: Test, played: Played): void => {
  t.equal(beeps(played).length, 1, "the key * beeps");
  t.notOk(offered(played, "Program"), "and there is no softkey");
};

/** The frames that left, with their moment in milliseconds and a word for what they are. */
class Leaving {
  readonly frames: { ms: number; what: string }[] = [];
  #nowUs = (): number => 0;
  readonly built: NonNullable<Row["built"]> = (_built, scheduler) => void (this.#nowUs = () => scheduler.nowUs);
  readonly onFrame: NonNullable<Row["onFrame"]> = (direction, frame) => {
    if (direction === "out") this.frames.push({ ms: Math.floor(this.#nowUs() / 1000), what: wordOf(frame) });
  };

  between(fromMs: number, toMs: number): string[] {
    return this.frames.flatMap(({ ms, what }) => (ms >= fromMs && ms < toMs ? [`${what} after ${ms - fromMs} ms`] : []));
  }
}

function wordOf(frame: Uint8Array): string {
  if (frame[12] === 8 && frame[13] === 6) return "ARP";
  return frame[23] === 6 ? (((frame[47] ?? 0) & 4) === 0 ? "TCP" : "RST") : "UDP";
}

const slow = new Leaving();
const leased = new Leaving();

const entry: Row[] = [
  {
    // A script that takes 20 s to arrive, a lease that would be renewed meanwhile.
    ...telephone, name: "program-while-the-script-arrives", ends: LOGIN, timeoutSeconds: 200,
    lan: office({ leaseSeconds: 60 }, { fileServer: { address: "10.0.8.2", demo: true, answers: [{ slow: 100 }] } }),
    ...keys("8:Program", "150:Restart"), built: slow.built, onFrame: slow.onFrame,
    texts: ["HTTP: 1 http://10.0.8.2/96xxupgrade.txt", "Startup interrupted", "Enter command", "Restarting...", "Enter username"],
    files: { ...settings("SET SIG 2\n"), "96xxupgrade.txt": `${"## A comment that fills the file.\n".repeat(40)}GET 46xxsettings.txt\n` },
    check: (t, played) => {
      const restart = played.events.find((event) => event.event === "reset")?.t ?? NaN;
      t.same(slow.between(momentOf(played, "craft"), restart), ["RST after 0 ms"], "the connection is reset; then nothing, for 140 s");
      const before = played.events.filter((event) => event.event === "script" && event.t < restart);
      t.same(before, [], "what came of the file is dropped");
    },
  },
  {
    ...telephone, name: "procstat-from-option-242", ends: LOGIN, lan: near({ option242: "PROCSTAT=1,HTTPSRVR=10.0.8.2" }),
    files: { "96xxupgrade.txt": "SET SIG 2\n" }, ...keys("file-server:*"),
    check: (t, played) => {
      isClosed(t, played);
      t.same(requestsOf(played), ["200 /96xxupgrade.txt"], "start-up goes on");
    },
  },
  {
    ...onClosed, name: "procstat-from-stored-settings", ends: LOGIN, lan: near(), files: settings("SET PROCSTAT 1\n"),
    ...keys("file-server:*"), check: isClosed,
  },
  {
    // What this start-up's own file says comes after the file server: it holds for the code at the prompt, and for the next start-up.
    ...telephone, name: "procstat-closed-by-the-settings-file", ends: CRAFT, lan: near(), files: settings("SET PROCSTAT 1\n"),
    ...keys("login:Mute 27238#"), timeoutSeconds: 30,
    check: (t, played) => {
      t.ok(offered(played, "Program"), "the softkey was there");
      t.same(menuOf(played), ["VIEW"], "where the procedures are closed one may look");
      const later = play({ ...onClosed, contents: played.board.flash.contents(), name: "later", lan: near(), ...keys("file-server:*") });
      isClosed(t, later);
    },
  },
  {
    ...onClosed, name: "procstat-opened-by-the-settings-file", ends: CRAFT, lan: near(), files: settings("SET PROCSTAT 0\n"),
    ...keys("file-server:*", "login:Mute 27238#"), timeoutSeconds: 30,
    check: (t, played) => {
      isClosed(t, played);
      t.equal(menuOf(played)[0], "ADDR");
    },
  },
  {
    ...telephone, name: "star-is-program", ends: CRAFT, lan: near(), ...keys("conflict:*"), timeoutSeconds: 10,
    texts: ["Startup interrupted", "Enter command"],
  },
  {
    ...telephone, name: "refused-in-erase-and-write", ends: LOGIN, lan: near(), ...keys("erase:*", "write:* Mute #", "restart:*"),
    files: { "96xxupgrade.txt": "SET APPNAME app2.bin\n", "app2.bin": software("app2.bin", { bytes: 60_000, counter: 1 }).bytes },
    check: (t, played) => {
      t.same(beeps(played), [], "the keys mean nothing at all");
      t.ok(Number.isNaN(momentOf(played, "craft")));
      t.match(played.end, { appname: "app2.bin" });
    },
  },
];

const TRY = "Mute 1#";
/** Each try is too early by less than a second, then late enough. */
const BACK_OFF = [
  `10:${TRY}`, "10.9:Mute", `12:${TRY}`, "13.5:Mute", `15:${TRY}`, "18.5:Mute", `20:${TRY}`, "27.5:Mute", `29:${TRY}`, "44.5:Mute",
  `46:${TRY}`, "75.5:Mute", `77:${TRY}`, "106.5:Mute", "108:Mute 27238#",
];

const code: Row[] = [
  {
    ...telephone, name: "wrong-password-back-off", ends: CRAFT, lan: near(), timeoutSeconds: 115,
    ...keys("file-server:Program", ...BACK_OFF),
    check: (t, played) => {
      t.same(beeps(played).length, 14, "each wrong password, and each key that came too early");
      t.equal(menuOf(played)[0], "ADDR", "in the end it is the right one");
      t.notOk(played.transcript.includes("key       2"), "and the transcript does not tell it");
    },
  },
  {
    ...telephone, name: "digits-before-mute", ends: CRAFT, lan: near(), timeoutSeconds: 30,
    ...keys("file-server:Program", '"Enter command":27238# Up Mute 123456789'),
    check: (t, played) => t.equal(beeps(played).length, 9, "seven keys before Mute, two digits too many"),
  },
  {
    ...telephone, name: "password-in-part", ends: CRAFT, lan: near(), timeoutSeconds: 20,
    ...keys("file-server:Program", '"Enter command":Mute #', "6:Mute 2723#", "9:Mute 272388#"),
    check: (t, played) => {
      t.equal(beeps(played).length, 3, "none of it, its beginning, and one digit more are wrong");
      t.same(menuOf(played), []);
    },
  },
  {
    ...telephone, name: "password-with-enter", ends: CRAFT, lan: near(), timeoutSeconds: 10,
    ...keys("file-server:Program", '"Enter command":Mute 27238 Enter'), texts: ["*****", "Admin Procedures"],
  },
  {
    ...telephone, name: "no-password", ends: CRAFT, lan: near({ option242: "PROCPSWD=,HTTPSRVR=10.0.8.2" }), timeoutSeconds: 10,
    ...keys("file-server:Program", '"Enter command":Enter'), texts: ["Enter command", "Admin Procedures"],
  },
  {
    ...telephone, name: "password-from-option-242", ends: CRAFT, lan: near({ option242: "PROCPSWD=4711,HTTPSRVR=10.0.8.2" }),
    ...keys("file-server:Program", '"Enter command":Mute 27238#', "8:Mute 4711#"), texts: ["Enter command", "Admin Procedures"],
    timeoutSeconds: 20,
    check: (t, played) => t.equal(beeps(played).length, 1, "the default one is wrong"),
  },
  {
    ...telephone, name: "code-at-the-prompt", ends: LOGIN, lan: near(), ...keys("login:Mute 27238#", '"Admin Procedures":Exit'),
    texts: ["Enter username", "Admin Procedures", "Restarting...", "Enter username"],
    check: (t, played) => t.match(played.events.find((event) => event.event === "reset"), { reason: "local-procedures" }),
  },
  {
    // The file server was met at 3.8 s, the prompt at about 4 s.
    ...telephone, name: "code-with-a-pause-of-six-seconds", ends: ["login", "reached", 0], until: "none", timeoutSeconds: 60, lan: near(),
    ...keys("10:Mute 272", "16.3:38#", "20:Mute 272", "26:38"),
    check: (t, played) => {
      t.same(beeps(played), [], "the digits are discarded silently");
      t.ok(Number.isNaN(momentOf(played, "craft")));
    },
  },
  {
    ...telephone, name: "code-with-pauses-below-six-seconds", ends: CRAFT, timeoutSeconds: 60, until: "none", lan: near(),
    ...keys("10:Mute 2", "15:72", "20:3", "25:8", "30:#"), texts: ["Enter username", "Admin Procedures"],
  },
  {
    ...telephone, name: "wrong-code-at-the-prompt", ends: LOGIN, until: "none", timeoutSeconds: 40, lan: near(),
    ...keys("10:Mute 1#", "10.9:Mute 27238#", "20:Mute 1 Login 27238#", "30:5"),
    check: (t, played) => {
      t.same(beeps(played).length, 3, "the code, Mute within the second, and Login with nothing typed; what is no code is the prompt's");
      const shown = played.events.filter((event) => event.event === "display" && event.text === "27238");
      t.equal(shown.length, 1, "a code too early is not shown");
    },
  },
  {
    ...telephone, name: "no-frame-after-the-code", ends: CRAFT, until: "none", timeoutSeconds: 120, lan: near({ leaseSeconds: 60 }),
    ...keys("10:Mute 27238#"), built: leased.built, onFrame: leased.onFrame,
    check: (t, played) => t.same(leased.between(momentOf(played, "craft"), Infinity), [], "no renewal of the lease either"),
  },
];

playTable("craft-entry", [...entry, ...code]);
