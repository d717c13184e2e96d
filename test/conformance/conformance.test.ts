// Goal: each build does what the records of test/conformance say, and the JSON form loses nothing and believes nothing.
// Method: every file replayed; written and read again in both forms; fields damaged one by one. `npm run golden` records them anew.

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import t from "tap";
import { recordsFromJson, recordsToBytes, recordsToJson } from "../../host/record/json.js";
import { readRecords, RecordError } from "../../host/record/reader.js";
import { pageWith } from "../../tools/conformance.js";
import { recordsIn, replay } from "../../tools/replay.js";
import { conformanceFiles, conformancePlans, FOLDER } from "../support/conformance.js";
import { build, bytesOf } from "../support/core.js";
import { LEX, record, TRAP } from "../support/recorded-runs.js";

const FILE_BYTES_MAX = 1_000_000;

const isWriting = process.env["OFFHOOK_GOLDEN"] === "write" && process.env["CI"] === undefined;
if (isWriting && build === "mvp") {
  for (const [name, plans] of conformancePlans()) writeFileSync(`${FOLDER}/${name}.json`, recordsToJson(readRecords(record(plans))));
}

t.test("every file, on this build", (t) => {
  const files = conformanceFiles();
  t.same(files, [...conformancePlans().keys()].sort().map((name) => `${FOLDER}/${name}.json`));
  for (const [name, plans] of conformancePlans()) {
    const path = `${FOLDER}/${name}.json`;
    const records = recordsIn(path);
    t.same(records.runs.map((run) => run.name), plans.map((plan) => plan.name), `${path} has all its runs`);
    const { differences, counted } = replay(records, bytesOf(build));
    t.same(differences, [], `${path}: ${counted}; \`npm run golden\` records them anew, if that is what was meant`);
    t.ok(readFileSync(path).length < FILE_BYTES_MAX, path);
  }
  t.end();
});

t.test("the table of docs/EMBEDDING.md", { skip: isWriting && "it is renewed after the records" }, (t) => {
  const page = readFileSync("docs/EMBEDDING.md", "utf8");
  t.equal(pageWith(page), page, "`npm run generate` renews it");
  const at = page.indexOf("<!-- generated: conformance -->");
  for (const wrong of ["", page.slice(0, at), page.slice(at).replace("<!-- end of generated -->", "")]) {
    t.throws(() => pageWith(wrong), /lacks/);
  }
  t.match(pageWith(`before\n${page.slice(at)}`), /^before\n<!-- generated: conformance -->\n\n\| records /);
  const commands = [...page.slice(at).matchAll(/equal \| `npm (?:test|run test:peers) -- (\S+)` \|$/gm)].map(([, word]) => word!);
  t.equal(commands.length, 4);
  const files = readdirSync("test", { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".test.ts"));
  for (const word of commands) t.ok(files.some((file) => `test/${file}`.includes(word)), `there is a test for ${word}`);
  t.end();
});

t.test("both forms say the same", (t) => {
  const small = record([TRAP, LEX]);
  const text = recordsToJson(readRecords(small));
  t.same(recordsFromJson(text), readRecords(small));
  t.same(recordsToBytes(recordsFromJson(text)), small, "byte for byte");
  t.equal(recordsToJson(recordsFromJson(text)), text);
  t.end();
});

t.test("a text that is none is refused with the place", (t) => {
  const good = JSON.parse(recordsToJson(readRecords(record([LEX])))) as Record<string, unknown>;
  const refused: [string, unknown, RegExp][] = [
    ["format", "x", /not recorded runs/], ["version", 2, /not recorded runs/], ["abi", "5", /abi is no whole number/],
    ["module", "00", /SHA-256/],
    ["kinds", {}, /kinds is no list/], ["kinds", [{ name: "x", arguments: Array(7).fill({ name: "a" }) }], /kinds\[0\] has 7 arguments/],
    ["spans", ["!"], /spans\[0\] is no base64/], ["steps", [{ end: "lost" }], /steps\[0\]\.end/],
    ["steps", [{ calls: [[99, [], 0, [], []]], end: "returned", result: 0 }], /steps\[0\]\.calls\[0\] kind is 99/],
    ["runs", [{ name: "a", starts: [{ mode: 0, cause: 0, init: 9999, polls: [] }] }], /runs\[0\] init is 9999/],
    ["runs", [{ name: 5, starts: [] }], /runs\[0\]\.name is no text/],
    ["kinds", [null], /kinds\[0\] has no members/], ["kinds", [{ name: "a", arguments: [null] }], /kinds\[0\] argument has no members/],
    ["steps", [null], /steps\[0\] has no members/], ["runs", [null], /runs\[0\] has no members/],
    ["runs", [{ name: "a", starts: [7] }], /runs\[0\] has no members/],
    ["runs", [], /nothing to replay/], ["runs", [{ name: "a", starts: [] }], /nothing to replay/],
  ];
  for (const [name, value, wanted] of refused) {
    const text = JSON.stringify({ ...good, [name]: value });
    t.throws(() => recordsFromJson(text), { message: wanted, constructor: RecordError }, `${name} ${wanted}`);
  }
  t.throws(() => recordsFromJson("{"), { message: /^no JSON: / });
  t.throws(() => recordsFromJson("null"), { message: /^not recorded runs/ });
  t.end();
});
