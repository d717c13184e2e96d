// Goal: the three short modes start at the file server and end after their stage, with the telephone's own parser and validator.
// Method: a board in each mode against files in memory; what it says, and that it ended, fetched nothing else and touched no flash.

import t from "tap";
import { Mode } from "../../hal/abi.js";
import type { Board } from "../../host/board.js";
import { demoFiles } from "../../host/image/demo.js";
import { runMode as run } from "../support/short-mode.js";

function scripts(board: Board): string[] {
  return board.log.events.flatMap((event) =>
    event.event === "script" ? [`${event.file}:${event.line} ${event.effect}${event.why === undefined ? "" : ` ${event.why}`}`] : []);
}

t.test("verify: one image event, no script, no flash", (t) => {
  const image = demoFiles()[0]!;
  const { board, fetched } = run(Mode.VerifyImage, image.name, { [image.name]: image.bytes });
  const verdicts = board.log.events.flatMap((event) => (event.event === "image" ? [event.verdict] : []));
  t.strictSame(verdicts, ["accepted"]);
  t.strictSame(fetched, [`/${image.name}`]);
  t.ok(board.ended);
  t.match(board.flash.counters, { erases: 0, programs: 0 });
  t.end();
});

t.test("interpret: the script and what it GETs, and no application", (t) => {
  const script = "SET GROUP 1\nSET APPNAME app.bin\nSET SIPDOMAIN x.example\nGET missing.txt\nGET b.txt\nSET VLANTEST 1\n";
  const files = { "a.txt": script, "b.txt": "SET VLANTEST 5\n" };
  const { board, fetched } = run(Mode.Interpret, "a.txt", files);
  t.strictSame(fetched, ["/a.txt", "/missing.txt", "/b.txt"]);
  t.equal(board.log.facts.parameters.get("VLANTEST")?.value, "5");
  t.equal(board.log.facts.parameters.get("APPNAME")?.value, "app.bin");
  t.ok(scripts(board).some((line) => line.startsWith("a.txt:4 get")), "the GET that found nothing is told");
  t.ok(board.ended);
  t.match(board.flash.counters, { erases: 0, programs: 0, reads: 0 });
  t.end();
});

t.test("lex: one event a physical line, nothing carried out", (t) => {
  const { board, fetched } = run(Mode.Lex, "a.txt", { "a.txt": "SET GROUP 5\n## comment\n\nGET b.txt\nGOTO X\nnonsense\n" });
  const lines = board.log.events.flatMap((event) => (event.event === "script" ? [event.line] : []));
  t.strictSame(lines.slice(0, 6), [1, 2, 3, 4, 5, 6]);
  t.strictSame(fetched, ["/a.txt"]);
  t.equal(board.log.facts.parameters.get("GROUP")?.value, "0");
  t.ok(board.ended);
  t.end();
});

t.test("a file that is not there ends the mode too", (t) => {
  for (const mode of [Mode.VerifyImage, Mode.Interpret, Mode.Lex]) {
    const { board } = run(mode, "missing", {});
    t.ok(board.ended, Mode[mode]);
    t.ok(board.log.events.some((event) => event.event === "http" && event.status === 404));
  }
  t.end();
});
