// Goal: a run ends when the wanted state is entered, or when the telephone goes in a circle, and not before.
// Method: a telephone without power whose log is told states, images and resets by hand; the session judges after each.

import t from "tap";
import { ResetCause } from "../../hal/abi.js";
import { BootState, EventKind, Field, FieldType, ImageVerdict } from "../../hal/events.js";
import { Board } from "../../host/board.js";
import { MemoryNetwork } from "../../host/network/memory.js";
import { Session } from "../../host/session.js";
import { Site } from "../../host/site/site.js";
import { core } from "../support/core.js";
import { record } from "../support/records.js";

class Story {
  readonly board = new Board({
    core,
    identity: { model: "9640D01A", serial: "S", mac: new Uint8Array(6) },
    network: (scheduler) => new MemoryNetwork({ scheduler, site: new Site() }),
  });
  readonly session: Session;

  constructor(until: string) {
    this.session = new Session({ board: this.board, until, timeoutSeconds: 60 });
  }

  /** True when the run is over. */
  enter(...states: BootState[]): boolean {
    for (const state of states) this.board.log.record(record(EventKind.State, [Field.State, FieldType.Code, state]));
    return this.session.stop;
  }

  reset(cause: ResetCause): boolean {
    this.board.log.record(record(EventKind.Reset, [Field.Reason, FieldType.Code, cause]));
    return this.session.stop;
  }

  /** Stores a file and restarts with it. */
  upgrade(file: string): boolean {
    const accepted = [Field.Verdict, FieldType.Code, ImageVerdict.Accepted] as const;
    this.board.log.record(record(EventKind.Image, [Field.File, FieldType.Text, file], accepted));
    return this.reset(ResetCause.Upgraded);
  }
}

t.test("a state that is left in the poll that entered it was reached", (t) => {
  const story = new Story("erase");
  t.notOk(story.enter(BootState.PowerUp, BootState.Download));
  t.ok(story.enter(BootState.Erase, BootState.Write));
  t.match(story.session.finish(), { end: { ok: true, code: "reached", cause: "The start-up reached erase." }, exitCode: 0 });
  t.end();
});

t.test("login counts once the telephone is quiet there, and only while it is there", (t) => {
  const story = new Story("login");
  story.board.wakeUs = 1000;
  t.notOk(story.enter(BootState.Login), "it confirms an image");
  t.notOk(story.enter(BootState.Restart));
  story.board.wakeUs = 10_000_000;
  t.notOk(story.enter(BootState.PowerUp));
  t.ok(story.enter(BootState.Login));
  t.end();
});

t.test("an upgrade is progress until a file is stored for the third time", (t) => {
  const one = new Story("login");
  t.strictSame(["a", "a", "a"].map((file) => one.upgrade(file)), [false, false, true]);
  const two = new Story("login");
  t.strictSame(["a", "b", "a", "b", "a"].map((file) => two.upgrade(file)), [false, false, false, false, true]);
  t.match(two.session.finish().end, { ok: false, code: "reset-loop", cause: /^a was stored 3 times \(with b in between\)/ });
  t.strictSame(two.session.finish().end.evidence, [{ event: 1 }, { event: 5 }, { event: 9 }]);
  const many = new Story("login");
  t.strictSame(["a", "b", "c", "d", "e"].map((file) => many.upgrade(file)), [false, false, false, false, false]);
  t.end();
});

t.test("three resets in a row for another cause are a circle, and an upgrade between them is not", (t) => {
  const story = new Story("login");
  t.strictSame([1, 2].map(() => story.reset(ResetCause.Panic)), [false, false]);
  t.notOk(story.upgrade("a"));
  t.strictSame([1, 2, 3].map(() => story.reset(ResetCause.Panic)), [false, false, true]);
  t.end();
});
