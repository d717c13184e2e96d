// Goal: the three short modes start at the file server and end after their stage, with the telephone's own parser and validator.
// Method: a board in each mode against files in memory; what it says, and that it ended, fetched nothing else and touched no flash.

import t from "tap";
import { Mode } from "../../hal/abi.js";
import { Board } from "../../host/board.js";
import { demoFiles, demoKey } from "../../host/image/demo.js";
import { addressOf } from "../../host/network/address.js";
import { MemoryNetwork } from "../../host/network/memory.js";
import { runVirtual } from "../../host/run-loop.js";
import { fileHandler, MemoryFiles } from "../../host/site/file-server.js";
import { HttpServer } from "../../host/site/http-server.js";
import { Site } from "../../host/site/site.js";
import { core } from "../support/core.js";

function run(mode: Mode, firstFile: string, files: Record<string, string | Uint8Array>): { board: Board; fetched: string[] } {
  const fetched: string[] = [];
  const board = new Board({
    core,
    mode,
    identity: { model: "9640D01A", serial: "S", mac: new Uint8Array(6), firstFile, presets: ["IPADD=10.0.0.2", "HTTPSRVR=10.0.0.1"] },
    trust: [demoKey().spki],
    network: (scheduler) => {
      const site = new Site();
      const handler = fileHandler(new MemoryFiles(files));
      site.addStream(addressOf("10.0.0.1"), 80, new HttpServer({ scheduler, handler, onAccess: (access) => fetched.push(access.target) }));
      return new MemoryNetwork({ scheduler, site });
    },
  });
  board.powerOn();
  runVirtual(board, () => board.ended || board.scheduler.nowUs > 60_000_000);
  return { board, fetched };
}

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
