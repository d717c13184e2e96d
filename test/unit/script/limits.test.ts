// Goal: no script, however made, makes the telephone trap, loop for ever, or do more in a poll than it promised.
// Method: each limit at its edge and one beyond; tags whose hashes collide; then random scripts with a fixed seed.

import t from "tap";
import { random } from "../../support/random.js";
import { ScriptMachine } from "../../support/script-machine.js";

/** A poll makes at most 64 HAL calls; every event is one. */
const EVENTS_PER_POLL_MAX = 64;

function lastLine(machine: ScriptMachine): string {
  return machine.lines().at(-1)!;
}

t.test("a loop ends after 100,000 statements", (t) => {
  const machine = new ScriptMachine();
  t.equal(machine.run("\xef\xbb\xbf# TOP\nGOTO TOP\n"), "step-limit");
  t.equal(machine.lines().length, 100_001, "100,000 statements and the end");
  t.equal(lastLine(machine), "2 end [step-limit]");
  t.ok(machine.eventsPerPollMax <= EVENTS_PER_POLL_MAX, `${machine.eventsPerPollMax} events in a poll`);
  t.end();
});

t.test("statements are counted over all files of a start-up", (t) => {
  const machine = new ScriptMachine();
  machine.keepEvents = false;
  const files = { b: "SET SIG 1\n".repeat(50_000) };
  t.equal(machine.run(`${"SET SIG 2\n".repeat(49_999)}GET b`, files), "end-of-file", "100,000 in all");
  t.equal(machine.run(`${"SET SIG 2\n".repeat(50_000)}GET b`, files), "step-limit", "100,001 in all");
  t.end();
});

t.test("a loop over many bytes ends after 64 MiB", (t) => {
  const machine = new ScriptMachine();
  machine.keepEvents = false;
  const script = `# TOP\n${`${"#".repeat(4000)}\n`.repeat(500)}GOTO TOP\n`;
  let read = 0;
  const pieces = (): number => {
    read += 1;
    return 0x20000;
  };
  t.equal(machine.run(script, {}, { pieces }), "step-limit");
  t.ok(read < 2000, `${read} reads of 2 MB: about 33 rounds, not 100,000`);
  t.end();
});

t.test("a file of 4 MiB is read, one byte more is not", (t) => {
  const machine = new ScriptMachine();
  const script = Buffer.alloc(0x400001, "#");
  script.write("SET SIG 2\n");
  t.equal(machine.run(script.subarray(1)), "not-a-script", "the SET lost its S");
  script.write("\nSET SIG 2\n");
  t.equal(machine.run(script.subarray(1)), "end-of-file");
  t.equal(machine.run(script), "too-large");
  t.end();
});

t.test("a line of 4096 bytes is read, one byte more is reported and ignored", (t) => {
  const machine = new ScriptMachine();
  const line = (bytes: number): string => "SET SIG 2".padEnd(bytes, " ");
  machine.run(`${line(4096)}\n${line(4097)}\n${"x".repeat(100_000)}\n# ${"T".repeat(5000)}\nSET PROCSTAT 1\n`);
  const lines = machine.lines();
  t.equal(lines[0], "1 set SIG=2 | SET SIG 2");
  t.equal(lines[1], "2 ignored [line-too-long] | SET SIG 2");
  t.match(lines[2], /^3 ignored \[line-too-long\] \| x{600,1000}$/);
  t.match(lines[3], /^4 ignored \[line-too-long\] \| # T{600,1000}$/);
  t.same(lines.slice(4), ["5 set PROCSTAT=1 | SET PROCSTAT 1", "5 end [end-of-file]"]);
  t.end();
});

t.test("long names, values and statements leave room for each other in an event", (t) => {
  const machine = new ScriptMachine();
  machine.run(`SET ${"n".repeat(3000)} ${"v".repeat(900)}\nSET SIPDOMAIN ${"v".repeat(3000)}\nGOTO ${"t".repeat(3000)}`);
  const fields = machine.events.map((event) => event.fields);
  t.equal(fields[0]!["Name"], "N".repeat(64));
  t.equal(fields[0]!["Value"], "v".repeat(256));
  t.match(fields[0]!["Statement"], /^SET n{300,}$/);
  t.match(fields[1]!["Statement"], /^SET SIPDOMAIN v{300,}$/);
  t.equal(machine.value("SIPDOMAIN"), "");
  t.match(fields[2]!["Statement"], /^GOTO t{300,}$/);
  t.end();
});

t.test("a GET of 127 bytes is asked for, a longer one is not, macros included", (t) => {
  const machine = new ScriptMachine();
  const name = "a".repeat(127);
  const gets = [name, `${name}a`, `${"a".repeat(115)}$MACADDR`, `${"a".repeat(116)}$MACADDR`, "$MACADDR".repeat(40)];
  machine.run(`${gets.map((get) => `GET ${get}\n`).join("")}SET SIG 2\n`);
  const results = machine.lines().map((line) => /\[.*\]/.exec(line)?.[0]);
  t.same(results, ["[file-not-obtained]", "[bad-value]", "[file-not-obtained]", "[bad-value]", "[bad-value]", undefined, "[end-of-file]"]);
  t.end();
});

t.test("1024 tags are known, the next ones are reported once", (t) => {
  const tags = (count: number): string => Array.from({ length: count }, (_, index) => `# TAG${index}\n`).join("");
  const machine = new ScriptMachine();
  t.equal(machine.run(`GOTO TAG1023\n${tags(1024)}SET SIG 2\n`), "end-of-file");
  t.same(machine.lines().slice(1), ["1026 set SIG=2 | SET SIG 2", "1026 end [end-of-file]"]);
  machine.events.length = 0;
  t.equal(machine.run(`GOTO TAG1024\n${tags(1030)}SET SIG 2\n`), "tag-not-found");
  t.same(machine.lines(), [
    "1026 ignored TAG1024 [tag-limit] | # TAG1024", "1 taken TAG1024 | GOTO TAG1024", "1 end TAG1024 [tag-not-found]",
  ]);
  t.end();
});

t.test("a tag of 127 bytes is found, a longer one is a comment", (t) => {
  const machine = new ScriptMachine();
  const tag = "T".repeat(127);
  t.equal(machine.run(`GOTO ${tag}\n# ${tag}\nSET SIG 2\n`), "end-of-file");
  t.equal(machine.run(`GOTO ${tag}T\n# ${tag}T\nSET SIG 2\n`), "tag-not-found");
  t.end();
});

/** The index's hash, written again: FNV-1a over upper-case bytes, folded to 20 bits. */
function tagHash(tag: string): number {
  let hash = 0x811c9dc5;
  for (const letter of tag.toUpperCase()) hash = Math.imul(hash ^ letter.charCodeAt(0), 0x01000193) >>> 0;
  return (hash ^ (hash >>> 20)) & 0xfffff;
}

t.test("tags of the same hash are told apart", (t) => {
  const byHash = new Map<number, string>();
  let pair: readonly [string, string] | undefined;
  for (let index = 0; pair === undefined; index++) {
    const tag = `TAG${index}`;
    const other = byHash.get(tagHash(tag));
    if (other !== undefined) pair = [other, tag];
    byHash.set(tagHash(tag), tag);
  }
  const machine = new ScriptMachine();
  const [first, second] = pair;
  t.equal(machine.run(`GOTO ${second}\n# ${first}\nSET SIG 1\n# ${second}\nSET PROCSTAT 1\n`), "end-of-file");
  t.same(machine.lines().slice(1), ["5 set PROCSTAT=1 | SET PROCSTAT 1", "5 end [end-of-file]"], `${first} and ${second}`);
  t.equal(machine.run(`GOTO ${second}\n# ${first}\nSET SIG 1\n`), "tag-not-found", "a hash alone finds nothing");
  t.equal(machine.lines().at(-1), `1 end ${second} [tag-not-found]`, "the line is the GOTO's");
  t.end();
});

t.test("a thousand candidates are looked at in small steps", (t) => {
  const cases = Array.from({ length: 1000 }, (_, index) => (
    `# ${[..."abcdefghij"].map((letter, bit) => ((index >> bit) & 1 ? letter.toUpperCase() : letter)).join("")}\n`
  ));
  const machine = new ScriptMachine();
  t.equal(machine.run(`GOTO ABCDEFGHIJ\n${cases.join("")}SET SIG 2\n`), "end-of-file");
  t.ok(machine.pollCount >= Math.floor(1000 / 24), `${machine.pollCount} polls: each candidate counts like a statement`);
  t.same(machine.lines().slice(1), ["1002 set SIG=2 | SET SIG 2", "1002 end [end-of-file]"], "no tag as written: the first in any case");
  t.end();
});

t.test("a poll's budget: never more than 64 events", (t) => {
  const machine = new ScriptMachine();
  machine.run(Array.from({ length: 500 }, (_, index) => `SET L2QVLAN ${index}\nnothing\n`).join(""));
  t.ok(machine.eventsPerPollMax > 24 && machine.eventsPerPollMax <= EVENTS_PER_POLL_MAX, `${machine.eventsPerPollMax} events in a poll`);
  t.equal(machine.lines().length, 1001);
  t.end();
});

t.test("random scripts: no trap, an end, and the same events in pieces", (t) => {
  const next = random(46);
  const words = [
    "SET ", "IF ", "GOTO ", "GET ", "ADD ", "# ", "#", "$SIG", " SEQ ", "SIG", "SIPDOMAIN", " ", "\t", "\n", "\n", "\r\n", '"', ",",
    "A", "a", "B", "0", "2", "$MACADDR", "first.txt", "\0", "\xff\xfe", "\xef\xbb\xbf", "<", "x".repeat(300), "\x80",
  ];
  for (let round = 0; round < 600; round++) {
    const script = `SET SIG 2\n${Array.from({ length: next(120) }, () => words[next(words.length)]!).join("")}`;
    const whole = new ScriptMachine();
    const files = { A: script };
    const limit = (machine: ScriptMachine): boolean => machine.events.length < 100_000;
    const ended = whole.run(script, files);
    if (!limit(whole)) continue; // A loop: 100,000 events are compared elsewhere.
    const cut = new ScriptMachine();
    const endedCut = cut.run(script, files, { pieces: () => 1 + next(9) });
    if (endedCut !== ended || cut.lines().join("\n") !== whole.lines().join("\n")) t.fail(`round ${round}: ${JSON.stringify(script)}`);
    if (whole.eventsPerPollMax > EVENTS_PER_POLL_MAX) t.fail(`round ${round}: ${whole.eventsPerPollMax} events in a poll`);
  }
  t.pass("600 scripts");
  t.end();
});

t.test("random bytes: no trap and an end", (t) => {
  const next = random(96);
  for (let round = 0; round < 200; round++) {
    const bytes = Uint8Array.from({ length: next(3000) }, () => (next(8) === 0 ? 10 : next(256)));
    const machine = new ScriptMachine();
    const ended = machine.run(bytes, {}, { pieces: () => 1 + next(700) });
    if (!["not-a-script", "end-of-file"].includes(ended)) t.fail(`round ${round}: ${ended}`);
  }
  t.pass("200 files");
  t.end();
});
