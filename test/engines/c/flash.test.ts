// Goal: the chips of the C hosts obey the physics of host/peripherals/nor-flash.ts: the same answers, cells and times.
// Method: seeded operations, good and bad, on the emulated chip, on the one in a file and on the Cortex-M3's, answer for answer; on the
// latter also cuts by each model that both know. The C side under gcc's sanitizers (test/support/flash-driver.c).

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import t, { type Test } from "tap";
import { Status } from "../../../hal/abi.js";
import { modelNamed } from "../../../host/faults/cut-catalogue.js";
import { NorFlash } from "../../../host/peripherals/nor-flash.js";
import { norPart, type NorPart, W25Q128JV } from "../../../host/peripherals/nor-parts.js";
import { Random } from "../../../host/random.js";
import { skipWithout } from "../../peers/support/daemon.js";
import { SANITIZERS } from "../../support/sanitizers.js";

const skip = skipWithout("gcc", "gcc libc6-dev");
const OPERATION_COUNT = 4000;
/** The Cortex-M3's chip and its models of a cut, in the order of `enum nor_cut`; what is mixed by chance has no twin. */
const SMALL: NorPart = { ...W25Q128JV, totalBytes: 4 * 1024 * 1024 };
const CUTS = ["nothing", "all", "half", undefined, "begun"] as const;
/** C counts whole microseconds, and the chip in a file leaves out the bus. */
const LATE_US_MAX = 2;
const BUS_US_MAX = 6;

const folder = mkdtempSync(join(tmpdir(), "offhook-flash-"));
t.teardown(() => rmSync(folder, { recursive: true }));

function driver(t: Test, name: string, ...sources: readonly string[]): string {
  const program = join(folder, name);
  const flags = ["-std=c11", "-Wall", "-Wextra", "-Werror", "-Ibuild", "-Itest/engines/c", "-iquote", "test/engines/cortex-m3"];
  const all = [...flags, ...SANITIZERS, "test/support/flash-driver.c", ...sources, "-o", program];
  const { status, stderr } = spawnSync("gcc", all, { encoding: "utf8" });
  t.same([status, stderr], [0, ""]);
  return program;
}

/** Answers that were compared: the verb and the status. */
const met = new Set<string>();

/** What the chip in C answers to these lines. */
function answersOf(program: string, lines: readonly string[], ...args: readonly string[]): string[] {
  const env = { ...process.env, ASAN_OPTIONS: "detect_leaks=0" };
  const { stdout, stderr } = spawnSync(program, args, { encoding: "utf8", input: `${lines.join("\n")}\n`, env, maxBuffer: 64 << 20 });
  return [...stdout.split("\n").slice(0, -1), ...(stderr === "" ? [] : [stderr])];
}

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

/** The emulated chip behind the same lines. */
class Twin {
  readonly #clock = { nowUs: 0 };
  readonly #chip: NorFlash;
  readonly #part: NorPart;

  constructor(part: NorPart) {
    this.#part = part;
    this.#chip = new NorFlash({ part, clock: this.#clock, timing: "typical" });
  }

  answer(line: string): string {
    const [verb, first = "0", second = "0", third = "0"] = line.split(" ");
    const [offset, bytes] = [Number(first), Number(second)];
    switch (verb) {
      case "e": return `${this.#chip.eraseStart(offset, bytes)}`;
      case "p": return `${this.#chip.programStart(offset, Buffer.from(second, "hex"))}`;
      case "r": return this.#read(offset, bytes);
      case "?": return `${this.#chip.poll()}`;
      case "x": return `${this.#chip.protect(offset, bytes, third !== "0")}`;
      case "R": this.#chip.reset(); break;
      case "t": this.#clock.nowUs += offset; break;
      case "c": this.#cut(offset); break;
    }
    return "0";
  }

  geometry(): string {
    const { totalBytes, sectorBytes, block32Bytes, block64Bytes, pageBytes, unitBytes, flags } = this.#part;
    const words = new Uint32Array([totalBytes, sectorBytes, block32Bytes, block64Bytes, pageBytes, unitBytes, flags]);
    return `0 ${hexOf(new Uint8Array(words.buffer))}`;
  }

  #read(offset: number, bytes: number): string {
    const target = new Uint8Array(bytes);
    const status = this.#chip.read(offset, target);
    return status === Status.Ok ? `0 ${hexOf(target)}` : `${status}`;
  }

  #cut(model: number): void {
    const name = CUTS[model]!;
    this.#chip.powerOff(name === "begun"
      ? (operation) => modelNamed(operation.kind === "erase" ? "zero" : "first-byte", 0)!(operation) : modelNamed(name, 0)!);
    this.#chip.powerOn();
  }
}

/** Operations on a few sectors at the start and the end of the chip, mostly good ones; each is asked after at some time. */
function script(part: NorPart, seed: number, cuts: boolean): string[] {
  const random = new Random(seed);
  const below = (count: number): number => random.word() % count;
  const one = <Thing>(list: readonly Thing[]): Thing => list[below(list.length)]!;
  const { totalBytes, sectorBytes, block32Bytes, block64Bytes, pageBytes } = part;
  const place = (step: number): number => one([0, totalBytes - block64Bytes]) + below(block64Bytes / step) * step;
  const data = (bytes: number): string => hexOf(Uint8Array.from({ length: bytes }, () => one([0xff, 0, random.word() & 0xff])));
  const erase = (): string => {
    const bytes = one([sectorBytes, sectorBytes, block32Bytes, block64Bytes, pageBytes, 0]);
    return `e ${place(sectorBytes) - (below(9) === 0 ? 256 : 0)} ${bytes}`;
  };
  const program = (): string => {
    const start = below(5) === 0 ? below(pageBytes) : 0;
    const bytes = one([1, 2, 64, pageBytes, pageBytes - start, pageBytes - start + 1]);
    return `p ${place(pageBytes) + start} ${data(Math.max(1, Math.min(bytes, pageBytes)))}`;
  };
  const read = (): string => `r ${one([place(1), place(sectorBytes), totalBytes - 1, totalBytes])} ${one([0, 1, 2, 256, sectorBytes])}`;
  const wait = (): string => `t ${one([1, 10, 100, 500, 44_999, 120_001, 150_001])}`;
  const protect = (): string =>
    `x ${place(one([sectorBytes, 256]))} ${one([sectorBytes, 0, 2 * sectorBytes, 100])} ${below(4) === 0 ? 0 : 1}`;
  const rare = (): string => (below(8) > 0 ? protect() : cuts && below(2) === 0 ? `c ${one([0, 1, 2, 4])}` : "R");
  const lines = [];
  while (lines.length < OPERATION_COUNT) {
    lines.push(one([erase, program, program, program, read, read, rare])());
    if (below(4) === 0) lines.push(`${lines.at(-1)}`); // Again while it is under way.
    if (cuts && below(25) === 0) lines.push(`c ${one([0, 1, 2, 4])}`);
    for (let count = below(4); count > 0; count--) lines.push(wait(), "?");
    if (below(3) > 0) lines.push("t 160000", "?", read());
  }
  return lines;
}

/** Each model in an erase of each size and a program of each length, on sectors that hold something; what is left is read and written. */
function cutsOfEach({ sectorBytes, block32Bytes, block64Bytes, pageBytes }: NorPart): string[] {
  const done = ["t 200000", "?"];
  const read = Array.from({ length: block64Bytes / sectorBytes }, (_, sector) => `r ${sector * sectorBytes} ${sectorBytes}`);
  const fill = Array.from({ length: 16 }, (_, sector) => [`p ${sector * sectorBytes} ${"5a".repeat(pageBytes)}`, ...done]).flat();
  const fresh = [`e 0 ${block64Bytes}`, ...done];
  const after = [...read, `p 0 00`, ...done, `e 0 ${sectorBytes}`, ...done, "p 0 00", ...done];
  return [0, 1, 2, 4].flatMap((model) => [
    ...[sectorBytes, block32Bytes, block64Bytes].flatMap((bytes) => [...fresh, ...fill, `e 0 ${bytes}`, "t 30000", `c ${model}`, ...after]),
    ...[1, 2, 3, 255, 256].flatMap((bytes) => [...fresh, `p 0 ${"a5".repeat(bytes)}`, `c ${model}`, ...after]),
    ...fresh, `e 0 ${sectorBytes}`, "t 45001", `c ${model}`, ...after,
  ]);
}

/** Answers line for line; a wait in C may end so much earlier. */
function compare(t: Test, part: NorPart, found: readonly string[], lines: readonly string[], earliest = 0): void {
  const twin = new Twin(part);
  for (const [index, line] of lines.entries()) {
    const wanted = twin.answer(line);
    const [mine, theirs] = [Number(found[index]), Number(wanted)];
    const isNear = line === "?" && theirs - mine <= earliest && mine - theirs <= LATE_US_MAX;
    if (found[index] !== wanted && !isNear) {
      const at = [...wanted].findIndex((each, place) => each !== found[index]?.[place]);
      const [there, here] = [wanted, found[index] ?? ""].map((each) => each.slice(at, at + 8));
      return void t.fail(`line ${index + 1}: ${line}: wanted ${there}, found ${here}, at ${at}`);
    }
    met.add(`${line[0]} ${wanted.split(" ")[0]}`);
  }
  t.equal(found.length, lines.length, "and nothing more");
}

/** That the lines were not all alike. */
function metAll(t: Test): void {
  const { Ok, Busy, NotAligned, NotErased, OutOfRange, Protected } = Status;
  const wanted = { e: [Ok, Busy, NotAligned, Protected], p: [Ok, Busy, NotErased, NotAligned, Protected], r: [Ok, Busy, OutOfRange],
    x: [Ok, NotAligned] };
  for (const [verb, statuses] of Object.entries(wanted)) {
    for (const status of statuses) t.ok(met.has(`${verb} ${status}`), `some ${verb} had ${status}`);
  }
  met.clear();
}

t.test("the chip in a file", { skip }, (t) => {
  const program = driver(t, "file", "test/engines/c/desktop-flash.c", "test/engines/c/desktop-memory.c");
  for (const [index, name] of ["W25Q128JV", "MT25QL128"].entries()) {
    const part = norPart(name)!;
    const lines = script(part, index + 1, false);
    const path = join(folder, `${name}.bin`);
    compare(t, part, answersOf(program, lines, path, name), lines, BUS_US_MAX);
    t.same(answersOf(program, ["g"], path, name), [new Twin(part).geometry()]);
  }
  metAll(t);
  t.end();
});

t.test("a file that a killed process leaves: half of what was under way, and what was programmed stays so", { skip }, (t) => {
  const program = driver(t, "killed", "test/engines/c/desktop-flash.c", "test/engines/c/desktop-memory.c");
  const path = join(folder, "killed.bin");
  const run = (...lines: readonly string[]): string => answersOf(program, lines, path, "W25Q128JV").at(-1)!;
  const cells = (): string => hexOf(readFileSync(path).subarray(0, 4096));
  t.equal(run(`p 0 ${"5a".repeat(256)}`), "0");
  t.equal(cells(), "5a".repeat(128) + "ff".repeat(4096 - 128));
  t.equal(run("p 127 00"), `${Status.NotErased}`, "by the next process too");
  t.equal(run("e 0 4096"), "0");
  t.equal(cells(), "00".repeat(2048) + "ff".repeat(2048));
  t.equal(run("e 0 4096", "t 45000", "?"), "0");
  t.equal(cells(), "ff".repeat(4096));
  for (const [bytes, us] of [[4096, 45_000], [32_768, 120_000], [65_536, 150_000]]) t.equal(run(`e 0 ${bytes}`, "?"), `${us}`);
  t.end();
});

t.test("the chip of the Cortex-M3, with cuts", { skip }, (t) => {
  const program = driver(t, "board", "-DNOR", "test/engines/cortex-m3/nor.c");
  for (const seed of [1, 2]) {
    const lines = [...script(SMALL, seed, true), ...cutsOfEach(SMALL)];
    compare(t, SMALL, answersOf(program, lines), lines);
  }
  metAll(t);
  t.same(answersOf(program, ["g"]), [new Twin(SMALL).geometry()]);
  t.end();
});
