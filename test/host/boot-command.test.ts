// Goal: what `offhook boot` does with its options before and around a run: no stack traces, no lost files, and the run that was asked for.
// Method: the command line as a child process, as a user runs it; wrong options must end with exit 2 and without a telephone.

import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import t from "tap";
import type { OffhookEvent } from "../../host/event-types.js";

interface Result {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function boot(...args: string[]): Result {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["build/js/host/cli/main.js", "boot", ...args], { encoding: "utf8" });
  return { code: status, stdout, stderr };
}

function eventsOf({ stdout }: Result): OffhookEvent[] {
  return stdout.trim().split("\n").map((line) => JSON.parse(line) as OffhookEvent);
}

t.test("a telephone of any model starts in the demonstration", (t) => {
  for (const model of ["9608", "9611", "1603", "J129", "16CC", "x"]) {
    const result = boot("--model", model, "--json");
    t.equal(result.code, 0, model);
    t.equal(result.stderr, "", model);
    // A telephone without a script of its own knows no call server either.
    t.match(eventsOf(result).at(-1), { event: "end", state: model === "x" ? "registered" : "login", bootname: "" },
      "the demonstration's software is for others");
  }
  t.end();
});

t.test("names that count as stored are not covered by the demonstration's old boot file", (t) => {
  const named = eventsOf(boot("--bootname", "hb96xxdemo.bin", "--appname", "SIP96xxdemo.bin", "--json"));
  t.match(named.at(-1), { ok: true, bootname: "hb96xxdemo.bin", appname: "SIP96xxdemo.bin" });
  t.notOk(named.some((event) => event.event === "image"), "nothing is fetched again");
  t.match(eventsOf(boot("--until", "link", "--json")).at(-1), { bootname: "hb96xxold.bin" });
  t.end();
});

t.test("with credentials what was asked for must have worked, in the demonstration too", (t) => {
  const run = ["--script", "none.txt", "--appname", "as-asked", "--until", "none", "--timeout", "60", "--json"];
  t.match(eventsOf(boot(...run)).at(-1), { ok: true, warnings: [{ code: "script-missing" }] });
  const asked = boot(...run, "--extension", "4001", "--password", "1234");
  t.equal(asked.code, 1);
  t.match(eventsOf(asked).at(-1), { ok: false, code: "script-missing" });
  t.equal(boot(...run, "--extension", "4001", "--password", "1234", "--lenient").code, 0);
  t.end();
});

t.test("the run ends where it was asked to", (t) => {
  for (const until of ["power-up", "link", "dhcp", "erase", "write"]) {
    const result = boot("--until", until, "--json");
    const events = eventsOf(result);
    t.match(events.at(-1), { ok: true, code: "reached" }, until);
    t.equal(result.code, 0, until);
    t.ok(events.at(-1)!.t < 10_000, `${until}: at ${events.at(-1)!.t} ms`);
  }
  t.end();
});

t.test("what cannot work is refused before the run", (t) => {
  const folder = t.testdir({});
  const long = "L2Q=1,".repeat(42);
  const cases: readonly [string[], RegExp][] = [
    [["--transcript", `${folder}/none/t.txt`], /--transcript .*none\/t\.txt cannot be written/],
    [["--pcap", `${folder}/none/t.pcapng`], /--pcap .*none\/t\.pcapng cannot be written/],
    [["--set", "HTTPPORT=abc"], /a whole number from 0 to 65535 is needed/],
    [["--server", "http://127.0.0.1:9/some/folder", "--option242", long], /--option242 has 252 characters, and beside "HTTPSRVR=/],
    [["--lan", "demo", "--option242", long], /there is room for 237 in the option/],
  ];
  for (const [args, expected] of cases) {
    const result = boot(...args);
    t.equal(result.code, 2, args.join(" ").slice(0, 60));
    t.equal(result.stdout, "");
    t.match(result.stderr, expected);
    t.notMatch(result.stderr, /\n +at /, "no stack");
  }
  t.end();
});

t.test("a transcript is written whole", (t) => {
  const path = `${t.testdir({})}/t.txt`;
  t.equal(boot("--until", "link", "--transcript", path).code, 0);
  t.match(readFileSync(path, "utf8"), /Starting/);
  t.end();
});

t.test("--flash keeps software and settings from run to run, and refuses what is no chip of this part", (t) => {
  const folder = t.testdir({ "short.bin": "not a chip" });
  const path = `${folder}/chip.bin`;
  const flash = ["--flash", path, "--json"];
  const first = boot(...flash, "--set", "LLDP_ENABLED=1");
  t.match(eventsOf(first).at(-1), { ok: true, appname: "SIP96xxdemo.bin" });
  t.equal(statSync(path).size, 16 * 1024 * 1024, "the chip's bytes and nothing else");
  const second = eventsOf(boot(...flash));
  const end = second.at(-1);
  t.match(end, { ok: true, bootname: "hb96xxdemo.bin", appname: "SIP96xxdemo.bin" });
  t.notOk(second.some((event) => event.event === "image"), "what is stored is not fetched again");
  t.match(end?.event === "end" ? end.parameters["LLDP_ENABLED"] : undefined, { value: "1", source: "command-line" });
  const third = eventsOf(boot(...flash, "--set", "LLDP_ENABLED=0")).at(-1);
  t.match(third?.event === "end" ? third.parameters["LLDP_ENABLED"] : undefined, { value: "0" });
  t.same(readdirSync(folder).sort(), ["chip.bin", "chip.bin.secure", "short.bin"], "nothing is left beside them");
  const cases: readonly [string[], RegExp][] = [
    [["--flash", path, "--part", "W25Q512JV"], /has 16777216 bytes, and the chip W25Q512JV has 67108864; give --part W25Q128JV/],
    [["--flash", `${folder}/short.bin`], /it has 10 bytes.*name a file of an earlier run, or a new one/],
    [["--flash", `${folder}/none/chip.bin`], /--flash .*none\/chip\.bin cannot be used/],
  ];
  for (const [args, expected] of cases) {
    const result = boot(...args);
    t.equal(result.code, 2, args.join(" "));
    t.match(result.stderr, expected);
  }
  t.equal(readFileSync(`${folder}/short.bin`, "utf8"), "not a chip", "a file that is something else is left alone");
  t.end();
});

t.test("who logged in by the keys is registered again in the next run, and the password is nowhere", (t) => {
  const folder = t.testdir({});
  const lossy = ["--lan", "lossy", "--appname", "as-asked", "--json"];
  const args = [...lossy, "--flash", `${folder}/chip.bin`, "--transcript", `${folder}/t.txt`];
  const first = boot(...args, "--until", "registered", "--key", '"Enter username":4001 Login 246810 Login');
  t.match(eventsOf(first).at(-1), { ok: true, state: "registered" });
  t.notMatch(first.stdout + readFileSync(`${folder}/t.txt`, "utf8"), /246810/);
  const second = boot(...args);
  t.match(eventsOf(second).at(-1), { ok: true, state: "registered", cause: "The start-up reached registered." });
  t.notMatch(second.stdout + readFileSync(`${folder}/t.txt`, "utf8"), /246810|Enter username/);
  const refused = boot(...lossy, "--extension", "4001", "--password", "97531", "--timeout", "60");
  t.match([refused.code, eventsOf(refused).at(-1)], [1, { ok: false, code: "register-refused", state: "login" }]);
  t.notMatch(refused.stdout, /97531/);
  t.end();
});

t.test("a run that ends in the middle of a write leaves a chip that the next run mends", (t) => {
  const path = `${t.testdir({})}/chip.bin`;
  t.equal(boot("--flash", path, "--until", "write", "--json").code, 0);
  const events = eventsOf(boot("--flash", path, "--json"));
  t.ok(events.some((event) => event.event === "slot" && event.why === "interrupted"), "it says which slot was being written");
  t.match(events.at(-1), { ok: true, bootname: "hb96xxdemo.bin", appname: "SIP96xxdemo.bin" });
  t.end();
});

t.test("keys that were not pressed are told, on stderr and with the reason", (t) => {
  const until = ["--until", "dhcp", "--json"];
  const result = boot(...until, "--key", "link:Nope 5", "--key", 'link:1', "--key", '"no such text":2', "--key", "800:3");
  t.equal(result.code, 0);
  t.same(result.stderr.split("\n"), [
    'offhook: --key "no such text":2 was not pressed: its moment did not come',
    "offhook: --key 800:3 was not pressed: its moment did not come",
    'offhook: --key link:Nope 5 was not pressed: no softkey "Nope" was on the screen from then on',
    "offhook: --key link:1 was not pressed: it waited for the keys before it",
    "",
  ]);
  t.equal(boot(...until, "--key", "link:5").stderr, "");
  t.end();
});
