// Goal: `offhook explain` and `offhook lint` keep their contract: exit codes, JSON, and usage errors that say what to type.
// Method: both commands in this process on a folder of files, and lists of telephones of every bad kind.

import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t from "tap";
import { explainCommand } from "../../host/cli/explain.js";
import { lintCommand } from "../../host/cli/lint.js";
import { readPhones } from "../../host/cli/phones-csv.js";

const root = mkdtempSync(join(tmpdir(), "offhook-explain-"));
const folder = join(root, "site");
mkdirSync(folder);
t.teardown(() => rmSync(root, { recursive: true }));

function put(name: string, text: string): string {
  writeFileSync(join(folder, name), text, "latin1");
  return join(folder, name);
}

interface Ran {
  readonly code: number;
  readonly out: string;
}

async function run(command: typeof explainCommand, ...args: string[]): Promise<Ran> {
  let out = "";
  const code = await command(args, { stdout: { write: (text: string) => (out += text) } });
  return { code, out };
}

const script = put("a.txt", "SET APPNAME app.bin\nIF $GROUP SEQ 7 GOTO END\nGET b.txt\n# END\n");
put("b.txt", "SET L2QVLAN 70\n");

t.test("explain: JSON with the keys of the contract, and text", async (t) => {
  const { code, out } = await run(explainCommand, script, "--json");
  t.equal(code, 0);
  t.strictSame(JSON.parse(out), {
    parameters: { APPNAME: { value: "app.bin", file: "a.txt", line: 1 }, L2QVLAN: { value: "70", file: "b.txt", line: 1 } },
    appname: "app.bin", get: [{ file: "b.txt", found: true }], ended: "end-of-file", ignored: [],
  });
  const { out: text } = await run(explainCommand, script, "--group", "7", "--model", "9630");
  t.match(text, /^a\.txt for a 9630D01A, group 7\n\nAPPNAME  app\.bin/);
  t.match((await run(explainCommand, "--help")).out, /^Runs a settings file[\s\S]+examples\n/);
  t.end();
});

t.test("explain: GET leaves the folder by no link either", async (t) => {
  writeFileSync(join(root, "outside.txt"), "SET SIG 2\n");
  symlinkSync(join(root, "outside.txt"), join(folder, "link.txt"));
  const { out } = await run(explainCommand, put("get.txt", "GET link.txt\nGET ../outside.txt\nSET SIG 1\n"), "--json");
  t.strictSame(JSON.parse(out).get, [{ file: "link.txt", found: false }, { file: "../outside.txt", found: false }]);
  t.end();
});

t.test("explain: why, against, phones and option 242", async (t) => {
  const why = JSON.parse((await run(explainCommand, script, "--json", "--why", "l2qvlan")).out);
  t.match(why.why, [{ file: "b.txt", line: 1, text: "SET L2QVLAN 70", taken: true }]);
  const old = put("old.txt", "SET APPNAME old.bin\nGET b.txt\n");
  const against = JSON.parse((await run(explainCommand, script, "--against", old, "--json")).out);
  t.match(against.against, [{ name: "APPNAME", old: { value: "old.bin" }, new: { value: "app.bin" } }]);
  const csv = put("phones.csv", [
    "group,mac,model,site", "0,00:04:0d:00:00:01,9640,A", '7,00-04-0d-00-00-02,9630,"B, C"', "", "0,00040d000003,,", "",
  ].join("\n"));
  const { results } = JSON.parse((await run(explainCommand, script, "--phones", csv, "--json")).out);
  t.strictSame(results.map((result: { phones: unknown[] }) => result.phones.length), [2, 1]);
  t.match(results[1], { phones: [{ mac: "00040d000002", model: "9630D01A", group: "7" }], get: [] });
  const alone = JSON.parse((await run(explainCommand, "--option242", "L2Q=1", "--json")).out);
  t.match(alone, { parameters: { L2Q: { value: "1" } }, ended: "end-of-file" });
  t.end();
});

t.test("explain: what is refused says what to type", async (t) => {
  const csv = put("phones.csv", "mac\n00:04:0d:00:00:01\n");
  const cases: readonly [string[], RegExp][] = [
    [[], /needs a file: offhook explain/], [[script, script], /takes one file/],
    [[join(folder, "none.txt")], /cannot read .*: no such file/],
    [[folder], /cannot read .*: it is a folder/], [[script, "--sig", "3"], /--sig "3": a whole number from 0 to 2/],
    [[script, "--group", "1000"], /from 0 to 999/], [[script, "--phones", csv, "--why", "SIG"], /--phones and --why do not go together/],
    [[script, "--wy", "SIG"], /did you mean --why/], [[script, "--mac", "1"], /six bytes in hex/],
    [[script, "--option242", "\x01"], /printable ASCII/],
  ];
  for (const [args, message] of cases) await t.rejects(explainCommand(args), { name: "UsageError", message }, args.join(" "));
  t.end();
});

t.test("phones: hostile lists are refused with the line", (t) => {
  const read = (text: string): string => {
    try {
      return `${readPhones(Buffer.from(text, "latin1"), "p.csv").length} telephones`;
    } catch (error) {
      return (error as Error).message;
    }
  };
  const mac = "00:04:0d:00:00:01";
  const cases: readonly [string, string | RegExp][] = [
    [`mac,model,group\r\n${mac},9640,1\r\n`, "1 telephones"], [`\xef\xbb\xbfMAC;Model;Group\n${mac};9640;1`, "1 telephones"],
    [`"mac"\n"${mac}"\n`, "1 telephones"], ["mac\n", "0 telephones"], [`mac,note\n${mac},"two\nlines, ""quoted"""\n`, "1 telephones"],
    ["", /^p\.csv: it is empty; the first line names the columns: mac,model,group$/],
    ["model,group\n9640,1\n", /^p\.csv:1: there is no column mac/],
    ["mac,MAC\n", /^p\.csv:1: two columns are named "mac"/],
    [`mac,model\n${mac}\n`, /^p\.csv:2: 1 values, and the first line names 2 columns/],
    [`mac\n${mac}\n\n00040d000001\n`, /^p\.csv:4: line 2 has the same mac 00040d000001/],
    ["mac\n01:04:0d:00:00:01\n", /^p\.csv:2: mac .*even/],
    ["mac\nhello\n", /^p\.csv:2: mac "hello": six bytes/], [`mac,group\n${mac},1000\n`, /^p\.csv:2: group "1000": a whole number/],
    [`mac,group\n${mac},-1\n`, /^p\.csv:2: group "-1"/], [`mac,model\n${mac},a b\n`, /^p\.csv:2: model "a b"/],
    [`mac\n"${mac}\n`, /^p\.csv:2: a quote stands where none can/], [`mac\n${mac}"x\n`, /^p\.csv:2: a quote stands/],
    ["m\0a\0c\0", /^p\.csv: it holds zero bytes/],
    [`mac,note\n${mac},\n00040d000002,=1+1\n`, "2 telephones"], [`mac\n${"00040d000001\n".repeat(2)}`, /^p\.csv:3: line 2/],
  ];
  for (const [text, expected] of cases) t.match(read(text), expected, JSON.stringify(text).slice(0, 60));
  t.end();
});

t.test("lint: exit codes, levels, several files, JSON and text", async (t) => {
  const bad = put("bad.txt", "SET L2QVLAN 4095\nSET COUNTRY USA\n");
  const warned = put("warned.txt", "SET SIG 2 ## x\nGET bad.txt\n");
  const known = put("known.txt", "SET COUNTRY USA\nSET SIG 2\n");
  const code = async (...args: string[]): Promise<number> => (await run(lintCommand, ...args)).code;
  t.equal(await code(bad), 1);
  t.equal(await code(warned), 0, "warnings are below the default level");
  t.equal(await code(warned, "--fail-on", "warning"), 1);
  t.equal(await code(known, "--fail-on", "warning"), 0);
  t.equal(await code(known, "--fail-on", "info"), 1);
  t.equal(await code(known, warned, bad), 1);
  const { findings } = JSON.parse((await run(lintCommand, warned, bad, "--json")).out);
  t.strictSame(findings.map(({ file, line, severity, rule }: Record<string, unknown>) => [file, line, severity, rule]), [
    [warned, 1, "warning", "inline-comment"], [bad, 1, "error", "bad-value"], [bad, 2, "info", "known-elsewhere"],
  ]);
  t.strictSame(Object.keys(findings[0]), ["file", "line", "severity", "rule", "message"]);
  t.match((await run(lintCommand, bad)).out, /bad\.txt:1 {2}error {2}bad-value {2}SET L2QVLAN[\s\S]+\n\n1 error, 0 warnings, 1 info\n$/);
  t.equal((await run(lintCommand, put("good.txt", "SET SIG 2\n"))).out, "0 errors, 0 warnings, 0 info\n");
  const refused: readonly [string[], RegExp][] = [
    [[], /needs a file/], [[bad, "--fail-on", "all"], /error, warning or info/], [[join(folder, "x")], /no such file/],
  ];
  for (const [args, message] of refused) {
    await t.rejects(lintCommand(args), { name: "UsageError", message });
  }
  t.end();
});

t.test("lint: option 242", async (t) => {
  const option = 'HTTPSRVR=192.0.2.1,L2QVLAN=4095,SIPDOMAIN=x,COUNTRY=USA,L2QVLN=7,VLANTEST=0,PROCPSWD=1,SIG=1,SIG=2,MTU_SIZE="1496';
  const { out, code } = await run(lintCommand, "--option242", option, "--json");
  const { findings } = JSON.parse(out);
  t.equal(code, 1);
  t.strictSame(findings.map(({ rule }: { rule: string }) => rule), [
    "bad-value", "unknown-parameter", "known-elsewhere", "unknown-parameter", "vlantest-zero", "secret-in-file",
    "too-new", "not-a-statement", "duplicate-set",
  ]);
  t.ok(findings.every(({ file, line }: { file: string; line: number }) => file === "option242" && line === 1));
  t.match((await run(lintCommand, "--option242", "192.0.2.1,L2Q=1")).out, 'NAME=VALUE, such as HTTPSRVR=192.0.2.1');
  t.equal((await run(lintCommand, "--option242", "HTTPSRVR=192.0.2.1")).code, 0);
  t.end();
});
