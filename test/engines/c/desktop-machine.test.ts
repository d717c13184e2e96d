// Goal: the telephone in C owes its machine nothing: its chip's file is whole or not there, one telephone's, and on the disk when it says
// so; a signal is never slept through; and what cannot be is told with its reason.
// Method: a build that watches what it asks of the machine (test/support/watched-calls.c); two at once; a disk that is full; wrong files.

import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t, { type Test } from "tap";
import { W25Q128JV } from "../../../host/peripherals/nor-parts.js";
import { bench, chipHas, compiled, programPath, skip } from "../../support/desktop-bench.js";

const PROGRAM = "desktop-watched";
const WRAPPED = ["fsync", "rename", "msync", "ppoll"].map((name) => `--wrap=${name}`).join(",");

async function makesItsChip(t: Test): Promise<void> {
  const { folder, phone } = await bench(t, PROGRAM);
  const { code, output } = await phone(t, "chip.bin", ["--seconds", "1"]).end;
  t.equal(code, 1);
  const order = output.match(/^(?:synchronised a \w+|renamed)$/gm);
  t.same(order, ["synchronised a file", "renamed", "synchronised a folder"], "its bytes, its name, and that on the disk");
  for (const round of [1, 2, 3]) {
    const name = `two-${round}.bin`;
    const both = await Promise.all([1, 2].map(() => phone(t, name, ["--seconds", "1"]).end));
    t.same(both.map(({ code }) => code).sort(), [1, 2], `round ${round}: one has it`);
    t.match(both.find(({ code }) => code === 2)!.output, /another telephone has it/);
    t.equal(statSync(join(folder, name)).size, W25Q128JV.totalBytes);
  }
  t.notOk(readdirSync(folder).some((name) => name.endsWith(".new")), "nothing is left beside it");
}

async function hasNoRoom(t: Test): Promise<void> {
  const { folder, phone } = await bench(t, PROGRAM);
  const args = ["--flash", join(folder, "chip.bin"), "--key", join(folder, "key.der"), "--server", "127.0.0.1:9"];
  // The first write is cut short, the second refused.
  const { status, stderr } = spawnSync("sh", ["-c", `ulimit -f 100; trap "" XFSZ; exec "$0" "$@"`, programPath(PROGRAM), ...args],
    { encoding: "utf8" });
  t.equal(status, 2);
  t.match(stderr, /flash file .*chip\.bin: File too large\n/);
  t.same(readdirSync(folder).filter((name) => name.startsWith("chip.bin")), [], "nor is half a chip left");
  const { code, output } = await phone(t, "chip.bin", ["--until-login"], undefined, "full").end;
  t.equal(code, 0, output);
  t.match(output, /Flash failed[^]*Enter username/, "what is not on the disk is not done");
  t.notMatch(output, /Restarting/);
  t.notOk(chipHas(folder, "chip.bin"));
}

async function isSignalled(t: Test): Promise<void> {
  const { code, output } = await (await bench(t, PROGRAM)).phone(t, "chip.bin", [], undefined, "signal").end;
  t.equal(code, 0, "SIGTERM in the last moment before a wait ends it");
  t.notMatch(output, /slept through/);
}

/** A terminal of its own, from bsdutils, which every Debian has. */
async function isDrawn(t: Test): Promise<void> {
  const { folder } = await bench(t, PROGRAM);
  const files = `--flash ${join(folder, "chip.bin")} --key ${join(folder, "key.der")} --server 127.0.0.1:9`;
  const command = `stty -g; ${programPath(PROGRAM)} ${files} --seconds 3 2>/dev/null; stty -g`;
  const { stdout } = spawnSync("script", ["-qec", command, "/dev/null"], { encoding: "utf8", input: "" });
  const lines = stdout.split("\r\n");
  t.match(lines[0], /^[0-9a-f:]+$/);
  t.equal(lines.at(-2)?.replace(/^.*\x1b\[J/, ""), lines[0], "the terminal is given back as it was");
  const frames = stdout.split("\x1b[H");
  t.match(frames[0], /\x1b\[2J$/);
  t.match(frames[1], /^Starting\x1b\[K\r\n/);
  const whole = /^(?:.*\x1b\[K\r\n){9}a\[Program *\] b\[\] c\[\] d\[\] .*\x1b\[K\r\n\x1b\[J$/;
  t.ok(frames.some((frame) => whole.test(frame)), "in place, eight rows, the bar, and the softkeys last");
}

async function saysWhy(t: Test): Promise<void> {
  const { folder, phone } = await bench(t, PROGRAM);
  writeFileSync(join(folder, "empty.der"), "");
  writeFileSync(join(folder, "large.der"), Buffer.alloc(1025, 1));
  writeFileSync(join(folder, "cut.bin"), Buffer.concat([Buffer.alloc(W25Q128JV.totalBytes, 0xff), Buffer.from("offhook chip 1\n{}")]));
  writeFileSync(join(folder, "longer.bin"), Buffer.alloc(W25Q128JV.totalBytes + 20, 0xff));
  const cases: readonly [chip: string, args: string[], said: RegExp][] = [
    ["new.bin", ["--key", join(folder, "empty.der")], /key .*empty\.der cannot be read: it is no key: it is empty/],
    ["new.bin", ["--key", join(folder, "large.der")], /key .*large\.der cannot be read: it is no key: .*or larger than any/],
    ["new.bin", ["--key", folder], /key .* cannot be read: Is a directory/],
    ["cut.bin", [], /it is as a cut left it, beyond what cells show; let offhook boot mend it first/],
    ["longer.bin", [], /it has 16777236 bytes, and the chip W25Q128JV has 16777216/],
    ["new.bin", ["--seconds", "0"], /^usage/], ["new.bin", ["--seconds", "1x"], /^usage/], ["new.bin", ["more"], /^usage/],
    ["new.bin", ["--server", "127.0.0.1:80"], /^usage/],
  ];
  for (const [chip, args, said] of cases) {
    const { code, output } = await phone(t, chip, args).end;
    t.equal(code, 2, `${chip} ${args.join(" ")}`);
    t.match(output, said);
  }
  t.notOk(existsSync(join(folder, "new.bin")));
  for (const server of ["127.0.0.1:0", "127.0.0.1:65536", ":80", "127.0.0.1:80x", "127.0.0.1:"]) {
    t.match((await phone(t, "new.bin", [], server).end).output, /^usage/, server);
  }
}

t.test("the telephone in C and its machine", { skip, jobs: 4 }, (t) => {
  compiled(t, PROGRAM, { flags: ["test/support/watched-calls.c", `-Wl,${WRAPPED}`] });
  void t.test("a new chip is whole, on the disk, and one telephone's", makesItsChip);
  void t.test("a full disk: no half chip, and no operation that is said to be done", hasNoRoom);
  void t.test("a signal is never slept through", isSignalled);
  void t.test("on a terminal the display is drawn in place", isDrawn);
  void t.test("what cannot be is told with its reason", saysWhy);
  t.end();
});
