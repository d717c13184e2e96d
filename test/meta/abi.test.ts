// Goal: the generated pages are fresh and complete, and the reader refuses what it does not understand.
// Method: small contracts written here, good and bad; the committed files compared with what the tool writes.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t from "tap";
import { abiTable, contractText, pageText, readAbi, versionComplaint } from "../../tools/abi.js";
import { headerText } from "../../tools/abi-header.js";
import { type Abi, readExports, readNumbers, readPeripheral } from "../../tools/abi-reader.js";

const ABI = `// Numbers.

/** Rises. */
export const ABI_VERSION = 3;

/** A result. */
export enum Status {
  Ok = 0,
  /** Ask again. */
  Pending = -1,
}
`;

const FLASH = `// Flash: one chip.

/**
 * Reads bytes.
 * Returns 0, or EccFatal | Busy.
 */
@external("hal", "flash_read")
export declare function halFlashRead(offset: i32, ptr: usize, bytes: i32): i32;

/** Asks. */
@external("hal", "flash_poll")
export declare function halFlashPoll(): i32;
`;

const MAIN = `// Exports.

/** One step. */
export function poll(nowUs: u32): i32 {
  return 0;
}
`;

function contract(change: Readonly<Record<string, string>> = {}): Abi {
  const base = { "hal/abi.ts": ABI, "hal/events.ts": "// None.\n", "hal/flash.ts": FLASH, "core/main.ts": MAIN };
  const texts: Record<string, string> = { ...base, ...change };
  return readAbi(["abi.ts", "events.ts", "contract.ts", "flash.ts"], (path) => texts[path]);
}

t.test("a contract is read", (t) => {
  const abi = contract();
  t.strictSame(abi.peripherals[0]?.calls.map((call) => [call.name, call.arguments.map((argument) => argument.name)]), [
    ["flash_read", ["offset", "ptr", "bytes"]],
    ["flash_poll", []],
  ]);
  t.strictSame(abi.numbers.enumerations[0]?.members, [
    { name: "Ok", value: 0, doc: [] },
    { name: "Pending", value: -1, doc: ["Ask again."] },
  ]);
  t.match(pageText(abi), "| `flash_read` | offset, ptr, bytes | Reads bytes. Returns 0, or EccFatal \\| Busy. |");
  t.match(pageText(abi), "| -1 | Pending | Ask again. |");
  t.match(pageText(abi), "| `poll` | nowUs | One step. |");
  t.match(contractText(abi), "  /** Asks. */\n  flash_poll(): number;");
  t.match(contractText(abi), "  /** One step. */\n  poll(nowUs: number): number;");
  t.match(headerText(abi), "int32_t hal_flash_read(int32_t offset, uint32_t ptr, int32_t bytes);");
  t.match(headerText(abi), "  OFFHOOK_STATUS_PENDING = -1\n};");
  t.end();
});

t.test("a declaration in another form is an error with its place", (t) => {
  const bad: readonly (readonly [string, string, RegExp])[] = [
    ["/** Asks. */\n", "", /hal\/flash\.ts:1[01]: halFlashPoll: expected a JSDoc block|flash_poll: expected a JSDoc block/],
    ["halFlashPoll", "halPollFlash", /flash_poll is called halPollFlash in source: expected halFlashPoll/],
    ["ptr: usize", "ptr: string", /argument "ptr: string": expected NAME: i32, u32 or usize/],
    ["halFlashPoll(): i32", "halFlashPoll(): i64", /flash_poll returns i64/],
    ["/** Asks. */", "/** */", /flash_poll promises nothing/],
    ["// Flash: one chip.", "", /hal\/flash\.ts:1: the first line/],
    ['"hal", "flash_poll"', '"env", "flash_poll"', /flash_poll: expected a JSDoc block, @external\("hal"/],
  ];
  for (const [before, after, message] of bad) t.throws(() => readPeripheral("hal/flash.ts", FLASH.replace(before, after)), { message });
  t.throws(() => readNumbers("hal/abi.ts", "// A.\nexport const A = 0xffffffff;\n"), { message: /hal\/abi\.ts:2: .*31 bits/ });
  t.throws(() => readNumbers("hal/abi.ts", "// A.\nexport let a = 1;\n"), { message: /hal\/abi\.ts:2: expected an enum/ });
  t.throws(() => readExports("core/main.ts", MAIN.replace("/** One step. */", "")), { message: /export poll has no JSDoc/ });
  t.end();
});

t.test("ABI_VERSION rises with the table", (t) => {
  const before = contract();
  const newCall = FLASH.replaceAll("flash_poll", "flash_ask").replaceAll("halFlashPoll", "halFlashAsk");
  t.equal(versionComplaint(before, contract(), "v1"), undefined);
  t.equal(versionComplaint(before, contract({ "hal/flash.ts": FLASH.replace("Asks.", "Asks again.") }), "v1"), undefined);
  t.match(versionComplaint(before, contract({ "hal/flash.ts": newCall }), "v1"), /differs from tag v1 \(flash_ask\(\)\).*still 3/);
  t.match(versionComplaint(before, contract({ "hal/abi.ts": ABI.replace("= -1", "= -2") }), "v1"), /Status\.Pending = -2/);
  const risen = ABI.replace("VERSION = 3", "VERSION = 4");
  t.equal(versionComplaint(before, contract({ "hal/flash.ts": newCall, "hal/abi.ts": risen }), "v1"), undefined);
  t.end();
});

const real = readAbi(readdirSync("hal"), (path) => readFileSync(path, "utf8"));

t.test("the committed files are fresh", (t) => {
  t.equal(readFileSync("docs/ABI.md", "utf8"), pageText(real), "docs/ABI.md: npm run generate");
  t.equal(readFileSync("hal/contract.ts", "utf8"), contractText(real), "hal/contract.ts: npm run generate");
  t.equal(abiTable(real).split("\n").length, new Set(abiTable(real).split("\n")).size, "no name twice");
  t.end();
});

const compiler = spawnSync("cc", ["--version"]).error === undefined;

t.test("the C header compiles", { skip: compiler ? false : "no C compiler `cc` here" }, (t) => {
  const file = join(mkdtempSync(join(tmpdir(), "offhook-header-")), "offhook_hal.h");
  writeFileSync(file, headerText(real));
  for (const language of ["c", "c++"]) {
    const cc = spawnSync("cc", ["-Wall", "-Wextra", "-Werror", "-pedantic", "-fsyntax-only", "-x", language, file], { encoding: "utf8" });
    t.equal(cc.stderr, "", language);
    t.equal(cc.status, 0);
  }
  t.end();
});
