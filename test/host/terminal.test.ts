// Goal: the terminal shows the telephone and its start-up exactly so, draws no more than it must, and is given back as it was.
// Method: a fake terminal that carries out escape sequences; whole pictures compared as text, line by line.

import t from "tap";
import { Key } from "../../hal/abi.js";
import type { OffhookEvent } from "../../host/event-types.js";
import { LiveKeys } from "../../host/frontends/live-keys.js";
import { TerminalFrontend, type TerminalOptions } from "../../host/frontends/terminal.js";
import { keyCodeOf, keyName } from "../../host/key-press.js";
import { FakeScreen } from "../support/fake-screen.js";
import { Run } from "../support/runs.js";

const FLASH = { erases: 11, erasedBytes: 655360, programs: 1348, programmedBytes: 345000, eraseUs: 0, programUs: 0 };
const OPTIONS: TerminalOptions = { model: "9640D01A", colour: false, flash: () => FLASH };
const URL = "http://10.0.8.2/";

/** The second start-up of a telephone that writes its application. */
function writing(): Run {
  const story = new Run().state("power-up").reset("upgraded").at(1000);
  story.state("power-up", "hardware", "link", "dhcp", "file-server", "script", "download", "erase", "write");
  return story.at(1800)
    .http({ url: `${URL}96xxupgrade.txt`, status: 200, bytes: 1444, accepted: true })
    .http({ url: `${URL}46xxsettings.txt`, status: 404, accepted: false, why: "status-not-usable" })
    .http({ url: `${URL}SIP96xxdemo.bin`, status: 200, bytes: 2097152, accepted: true })
    .http({ url: `${URL}SIP96xxdemo.bin`, error: "timed-out", accepted: false }).at(2000)
    .display("title", "HTTP: 1 http://10.0.8.2/96xxupgrade.txt").display("prompt", "Saving to flash").display("0", "Grüße \x1b[31m日")
    .add({ event: "progress", permille: 455 }).add({ event: "softkeys", labels: ["Program", "", "Login"] });
}

function show(frontend: TerminalFrontend, events: readonly OffhookEvent[]): void {
  for (const event of events) frontend.event(event);
}

t.test("the whole picture, in 80 columns", (t) => {
  const screen = new FakeScreen(80, 24);
  const frontend = new TerminalFrontend(screen, OPTIONS);
  frontend.start();
  show(frontend, writing().events);
  frontend.tick(0, 3900);
  t.strictSame(screen.lines, [
    "Offhook 9640D01A                       START-UP 2, after a reset: upgraded  0:03",
    "╭──────────────────────────────────╮   ✓ power-up     0.1 s ✓ erase        0.1 s",
    "│ TTP: 1 http://10.0.8.2/96xxupgra │   ✓ hardware     0.1 s ▸ write        2.1 s",
    "│ Saving to flash                  │   ✓ link         0.1 s",
    "├──────────────────────────────────┤   ✓ dhcp         0.1 s",
    "│ Grüße ·[31m·                     │   ✓ file-server  0.1 s",
    "│                                  │   ✓ script       0.1 s",
    "│                                  │   ✓ download     0.1 s",
    "│                                  │",
    "│                                  │   FILES",
    "│                                  │   200 96xxupgrade.txt               1.4 KiB",
    "│ ████████████░░░░░░░░░░░░░░░  45% │   404 46xxsettings.txt",
    "├────────┬────────┬────────┬───────┤   200 SIP96xxdemo.bin                 2 MiB",
    "│Program │        │ Login  │       │   --  SIP96xxdemo.bin             timed-out",
    "╰───F1───┴───F2───┴───F3───┴──F4───╯   FLASH erased 160 sectors, wrote 337 KiB",
    "",
    "p Program  m Mute  0-9 * # arrows  F1-F4 softkeys  x pulls the plug  q quits",
  ]);
  t.end();
});

t.test("the progress bar from end to end", (t) => {
  const screen = new FakeScreen(80, 24);
  const frontend = new TerminalFrontend(screen, OPTIONS);
  const bars = [0, 36, 37, 500, 999, 1000, null].map((permille, index) => {
    frontend.start();
    frontend.event({ n: 1, t: 0, event: "progress", permille });
    frontend.tick(index * 50, 0);
    return (screen.lines[11] ?? "").slice(2, 36);
  });
  const bar = (filled: number, percent: string): string => `${"█".repeat(filled)}${"░".repeat(27 - filled)}${percent.padStart(5)} │`;
  t.strictSame(bars, [bar(0, "0%"), bar(0, "3%"), bar(0, "3%"), bar(13, "50%"), bar(26, "99%"), bar(27, "100%"), `${" ".repeat(33)}│`]);
  t.end();
});

t.test("a narrow terminal gets the telephone alone, a low one what fits", (t) => {
  const screen = new FakeScreen(40, 18);
  const frontend = new TerminalFrontend(screen, OPTIONS);
  frontend.start();
  show(frontend, writing().events);
  frontend.tick(0, 2000);
  t.strictSame([screen.lines[2], screen.lines[13], screen.lines[15], screen.lines[16]], [
    "│ HTTP: 1 http://10.0.8.2/96xxupgr │", "│Program │        │ Login  │       │", "p Program  m Mute  0-9 * #  F1-F4",
    "arrows  x plug  q quit",
  ]);
  for (const [columns, rows] of [[80, 5], [20, 3], [1, 1], [200, 60]] as const) {
    const odd = new FakeScreen(columns, rows);
    const other = new TerminalFrontend(odd, OPTIONS);
    t.doesNotThrow(() => {
      other.start();
      show(other, writing().events);
      other.tick(0, 5000);
      other.finish();
    }, `${columns}x${rows}`);
  }
  t.end();
});

t.test("a text of more than 32 characters scrolls with the telephone's time and comes round", (t) => {
  const screen = new FakeScreen(60, 24);
  const frontend = new TerminalFrontend(screen, OPTIONS);
  const text = "0123456789abcdefghijklmnopqrstuvwxyz";
  frontend.start();
  frontend.event({ n: 1, t: 10_000, event: "display", row: "title", text });
  let wallMs = 0;
  const seen = (timeMs: number): string => {
    frontend.tick(wallMs += 50, timeMs);
    return (screen.lines[2] ?? "").slice(2, 34);
  };
  const loop = `${text}    `;
  t.equal(seen(10_000), text.slice(0, 32));
  t.equal(seen(11_749), text.slice(0, 32), "it stands still first");
  t.equal(seen(11_750), text.slice(1, 33));
  t.equal(seen(12_000), text.slice(2, 34));
  t.equal(seen(11_500 + 250 * loop.length), text.slice(0, 32), "once round");
  t.end();
});

t.test("only lines that changed are drawn, at most twenty times a second", (t) => {
  const screen = new FakeScreen(80, 24);
  const frontend = new TerminalFrontend(screen, OPTIONS);
  frontend.start();
  frontend.tick(1000, 0);
  const before = screen.writes.length;
  frontend.tick(1060, 0);
  t.equal(screen.writes.length, before, "nothing changed");
  frontend.event({ n: 1, t: 0, event: "display", row: "prompt", text: "Enter username" });
  frontend.tick(1070, 0);
  t.equal(screen.writes.length, before, "too early");
  frontend.tick(1110, 0);
  t.equal(screen.writes.length, before + 1);
  t.match(screen.writes[before], /^\x1b\[4;1H[^\x1b]*Enter username[^\x1b]*\x1b\[K$/u, "one line");
  frontend.tick(1200, 999);
  t.equal(screen.writes.length, before + 1, "a second is shown in whole seconds");
  screen.resize(60);
  frontend.tick(1300, 999);
  t.match(screen.writes[before + 1], "\x1b[2J", "another size: everything again");
  t.equal(screen.lines[0], "Offhook 9640D01A");
  t.end();
});

t.test("the terminal is given back, with the last picture above what follows", (t) => {
  const screen = new FakeScreen(80, 24);
  const frontend = new TerminalFrontend(screen, { ...OPTIONS, colour: true });
  screen.write("npm start\n");
  frontend.finish();
  t.equal(screen.writes.length, 1, "nothing to give back yet");
  frontend.start();
  t.strictSame([screen.alternate, screen.cursorShown], [true, false]);
  show(frontend, writing().events);
  frontend.tick(0, 2000);
  frontend.finish();
  frontend.finish();
  t.strictSame([screen.alternate, screen.cursorShown, screen.styled], [false, true, false]);
  t.equal(screen.scrollback[0], "npm start");
  t.match(screen.scrollback[1], /^Offhook 9640D01A {5,}START-UP 2/);
  t.match(screen.scrollback[4], /^│ Saving to flash/, "the last picture, events after the last tick included");
  t.strictSame(screen.scrollback.slice(16), ["", ""]);
  t.notOk(screen.scrollback.some((line) => line.includes("q quits")), "keys do nothing any more");
  frontend.tick(9000, 9000);
  t.equal(screen.scrollback.length, 18, "nothing is drawn after the end");
  t.end();
});

t.test("colours only where they are wanted, and the same picture without", (t) => {
  const pictures = [true, false].map((colour) => {
    const screen = new FakeScreen(100, 30);
    const frontend = new TerminalFrontend(screen, { ...OPTIONS, colour });
    frontend.start();
    show(frontend, writing().events);
    frontend.tick(0, 2500);
    t.equal(/\x1b\[[0-9;]*m/.test(screen.writes.join("")), colour);
    return screen.lines;
  });
  t.strictSame(pictures[0], pictures[1]);
  t.end();
});

t.test("without power the screen is dark", (t) => {
  const screen = new FakeScreen(80, 24);
  const frontend = new TerminalFrontend(screen, OPTIONS);
  frontend.start();
  show(frontend, writing().events);
  t.strictSame(frontend.softkeys, ["Program", "", "Login"]);
  frontend.power(false);
  frontend.tick(0, 2500);
  t.match(screen.lines[2], /^│ {34}│/);
  t.match(screen.lines[16], /^The plug is pulled: x puts it back/);
  t.strictSame(frontend.softkeys, []);
  frontend.power(true);
  frontend.tick(100, 2500);
  t.match(screen.lines[16], /^p Program/);
  t.end();
});

t.test("live keys", (t) => {
  const typed = (...parts: string[]): unknown[] => {
    const keys = new LiveKeys();
    return parts.flatMap((part) => keys.push(part));
  };
  t.strictSame(typed("pM5*#xq"), [
    { softkey: "Program" }, { key: Key.Mute }, { key: 0x35 }, { key: 0x2a }, { key: 0x23 }, { action: "plug" }, { action: "quit" },
  ]);
  t.strictSame(typed("\x03"), [{ action: "quit" }]);
  const softkeys = [Key.Soft1, Key.Soft2, Key.Soft3, Key.Soft4].map((key) => ({ key }));
  for (const sent of ["\x1bOP\x1bOQ\x1bOR\x1bOS", "\x1b[11~\x1b[12~\x1b[13~\x1b[14~", "\x1b[[A\x1b[[B\x1b[[C\x1b[[D"]) {
    t.strictSame(typed(sent), softkeys);
    for (let cut = 1; cut < sent.length; cut++) t.strictSame(typed(sent.slice(0, cut), sent.slice(cut)), softkeys, `cut at ${cut}`);
  }
  t.strictSame(typed("\x1b[A\x1b[B\x1bOA\x1bOB"), [Key.Up, Key.Down, Key.Up, Key.Down].map((key) => ({ key })));
  t.strictSame(typed("\x1b[C\x1b[1;5C\x1b[24~5"), [{ key: 0x35 }], "other arrows and function keys mean nothing");
  t.strictSame(typed("\x1b", "q"), [{ action: "quit" }], "escape alone does not swallow what follows");
  t.strictSame(typed(`\x1b[${"1".repeat(40)}`, "q").at(-1), { action: "quit" }, "nor does an endless sequence");
  t.end();
});

t.test("a softkey is pressed by its label, where it is on the screen", (t) => {
  const labels = ["Program", "", "Login"];
  t.equal(keyCodeOf({ softkey: "login" }, labels), Key.Soft3);
  t.equal(keyCodeOf({ softkey: "Restart" }, labels), undefined);
  t.equal(keyCodeOf({ key: 0x23 }, []), 0x23);
  t.strictSame([Key.Mute, Key.Up, Key.Down, Key.Soft1, Key.Soft4, 0x2a].map(keyName), ["Mute", "Up", "Down", "F1", "F4", "*"]);
  t.end();
});
