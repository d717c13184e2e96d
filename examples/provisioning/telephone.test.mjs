// The same as a test of Node's own runner, with the library and no server at all: node --test telephone.test.mjs
//
// Each telephone reads the files of site/ from memory, in virtual time: a start-up takes some milliseconds.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import test from "node:test";
import { Board, compileCore, demoSite, MemoryFiles, MemoryNetwork, runVirtual, Session } from "offhook";

const folder = new URL("site/", import.meta.url);
const files = Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(new URL(name, folder), "latin1")]));
const core = compileCore(readFileSync(new URL(import.meta.resolve("offhook/core.wasm"))));

/** Boots one telephone and returns the `end` event. */
function boot(model, presets = []) {
  const board = new Board({
    core,
    identity: { model, serial: "1", mac: Uint8Array.of(0, 4, 13, 1, 2, 3), bootName: "boot.bin", asAsked: true, presets },
    network: (scheduler) => new MemoryNetwork({ scheduler, site: demoSite({ scheduler, source: new MemoryFiles(files) }) }),
  });
  const session = new Session({ board, until: "login", timeoutSeconds: 900, strict: true });
  board.powerOn();
  runVirtual(board, () => session.stop);
  return session.finish().end;
}

test("every model comes up with its own software", () => {
  for (const [model, appname] of [["9620D01A", "SIP9620_2_6.bin"], ["9640D01A", "SIP96xx_2_6.bin"]]) {
    const end = boot(model);
    assert.equal(end.code, "reached", `${model}: ${end.cause} ${end.advice}`);
    assert.equal(end.parameters.APPNAME.value, appname);
  }
});

test("only telephones of group 7 are locked", () => {
  assert.equal(boot("9640D01A", ["GROUP=7"]).parameters.PROCSTAT.value, "1");
  const { value, file, line } = boot("9640D01A").parameters.PROCSTAT;
  assert.deepEqual([value, file, line], ["0", "46xxsettings.txt", 6]);
});
