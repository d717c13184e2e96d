// Goal: the date comes from the server that was asked, as an answer to this very question, and from nothing else that arrives.
// Method: whole start-ups on the wire, with a time server whose answers are changed on their way, or that answers from another address.

import t from "tap";
import { SNTP_PORT, SntpServer } from "../../host/site/sntp-server.js";
import { asking, certified, CLOCK, PROXY } from "../support/certificates.js";
import { play } from "../support/scenario.js";

const NOW_US = Date.UTC(2026, 10, 26) * 1000;
const server = new SntpServer({ nowUs: () => NOW_US });

/** What the step `time` comes to when the answer is changed, and sent by the computer of this address. */
function timeOf(change: (answer: Uint8Array) => Uint8Array, from = CLOCK): string {
  const { sntp: _none, ...vlan } = certified({}, { taken: [CLOCK] }).vlans[0]!;
  const { events, violations } = play({
    ...asking({}), name: "time", lan: { vlans: [vlan] }, timeoutSeconds: 60,
    built: ({ lan }) => {
      const sender = lan.host(1, from)!;
      lan.host(1, CLOCK)!.udp.open(SNTP_PORT, {
        receive: (data, to) => server.receive(data, to, (answer) => void sender.udp.send(SNTP_PORT, to, change(answer))),
      });
    },
  });
  t.same(violations, []);
  const step = events.find((event) => event.event === "scep" && event.step === "time");
  return step?.event === "scep" ? (step.result ?? "") : "";
}

const set = (...bytes: readonly (readonly [at: number, value: number])[]) => (answer: Uint8Array): Uint8Array => {
  for (const [at, value] of bytes) answer[at] = value;
  return answer;
};

t.test("each way in which an answer is one, or is none", (t) => {
  t.equal(timeOf((answer) => answer), "ok", "as it was sent");
  t.equal(timeOf((answer) => Uint8Array.of(...answer, ...new Uint8Array(24))), "ok", "with extension fields behind it");
  const wrong: readonly (readonly [string, (answer: Uint8Array) => Uint8Array, string])[] = [
    ["the first half of another question's number", (answer) => set([24, answer[24]! ^ 1])(answer), "no-answer"],
    ["the second half", (answer) => set([31, answer[31]! ^ 1])(answer), "no-answer"],
    ["a client's mode", set([0, 0x23]), "no-answer"],
    ["too short", (answer) => answer.subarray(0, 47), "no-answer"],
    ["leap indicator 3", (answer) => set([0, answer[0]! | 0xc0])(answer), "no-time"],
    ["a kiss of death", set([1, 0]), "no-time"],
    ["stratum 16", set([1, 16]), "no-time"],
    ["no seconds", set([40, 0], [41, 0], [42, 0], [43, 0]), "no-time"],
  ];
  for (const [name, change, result] of wrong) t.equal(timeOf(change), result, name);
  t.equal(timeOf((answer) => answer, PROXY), "no-answer", "from another computer");
  t.end();
});
