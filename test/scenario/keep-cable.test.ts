// Goal: a cable that goes while the settings log is being written costs nothing: the save ends with the list that it began with, and the
// next script's list is saved whole after it. Method: the cable is pulled at moments all over the save, the server has another file
// afterwards; then a start-up without a server says what the chip holds.

import t from "tap";
import { fileHandler, MemoryFiles } from "../../host/site/file-server.js";
import { play, SMALL_PART, software, type Scenario } from "../support/scenario.js";

const app = software("app1.bin", { counter: 1 });
const settings = (domain: string) => ({
  "96xxupgrade.txt": "GET 46xxsettings.txt\n", "46xxsettings.txt": `SET SIPDOMAIN ${domain}\nSET SIPPROXYSRVR 10.0.8.3\n`,
});
/** Over two pages each, on a chip slow enough that the cable can go between them. */
const FIRST = "a".repeat(250);
const SECOND = "b".repeat(250);
const SLOW = { ...SMALL_PART, name: "slow", pageProgramMs: [30, 30], firstByteUs: 120, nextByteUs: 120 } as const;

t.test("the cable goes at any moment of a save", (t) => {
  let again = 0;
  for (let afterMs = 0; afterMs <= 300; afterMs += 4) {
    let asked = 0;
    const handlers = [FIRST, SECOND].map((domain) => fileHandler(new MemoryFiles(settings(domain))));
    const scenario: Scenario = {
      name: "cable", stored: [app], part: SLOW, strict: false, pull: { state: "script", afterMs, forMs: 2000 },
      handler: (request) => {
        if (request.target === "/96xxupgrade.txt") asked += 1;
        return handlers[Math.min(asked, 2) - 1]!(request);
      },
    };
    const played = play(scenario);
    t.same(played.violations, [], `pulled after ${afterMs} ms`);
    const last = asked === 2 ? SECOND : FIRST;
    again += asked - 1;
    t.equal(played.end.parameters["SIPDOMAIN"]?.value, last);
    const later = play({
      name: "later", contents: played.board.flash.contents(), part: SLOW, strict: false,
      handler: () => ({ status: 404, headers: [], body: new Uint8Array(0) }),
    });
    t.match(later.end.parameters["SIPDOMAIN"], { value: last, source: "stored" }, `pulled after ${afterMs} ms: the last list is kept`);
  }
  t.ok(again > 10, `${again} times the file was read twice`);
  t.end();
});
