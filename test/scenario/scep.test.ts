// Goal: a certificate is asked for between call server and login with the right texts, and whatever the CA does, start-up goes on.
// Method: whole start-ups on the wire against the site's CA: it grants, refuses, waits, is dead, answers wrongly in each of its ways.

import t, { type Test } from "tap";
import type { OffhookEvent } from "../../host/event-types.js";
import { hexOf } from "../../host/scep/der-values.js";
import type { ScepFault } from "../../host/site/scep/authority.js";
import { asking, certified, CLOCK, scepSteps, URL_OF_CA } from "../support/certificates.js";
import { playTable, type Row } from "../support/scenario-table.js";
import { play, type Played, type Scenario } from "../support/scenario.js";

const LOGIN: Row["ends"] = ["login", "reached", 0];
const REFUSED: Row["ends"] = ["login", "scep-refused", 1];
const HOUR = 3600;

const results = (played: Played): string[] =>
  played.events.flatMap((event) => (event.event === "scep" ? [`${event.step} ${event.result}`] : []));
const holds = ({ board }: Played): boolean => board.scep.secrets().certificate !== undefined;
const isScep = (event: OffhookEvent): boolean => event.event === "scep";
const has = (expected: boolean, last: string) => (t: Test, played: Played): void => {
  t.equal(holds(played), expected, expected ? "the certificate is held" : "nothing is stored");
  t.equal(results(played).at(-1), last);
};

const rows: Row[] = [
  {
    name: "granted", ...asking({ MYCERTDN: "/C=US/ST=NJ/L=MyTown/O=MyCompany" }), ends: LOGIN,
    texts: ["Contacting Call Server...", "SCEP: 0 secs", "SCEP: 1 secs", "SCEP: Successful", "Enter username"],
    check: (t, played) => {
      has(true, "answer ok")(t, played);
      const states = played.events.flatMap((event) => (event.event === "state" ? [event.state] : []));
      t.same(states.slice(-3), ["call-server", "scep", "login"]);
    },
  },
  {
    name: "granted-2048", ...asking({ MYCERTKEYLEN: 2048, MYCERTCN: "$MACADDR" }), ends: LOGIN, texts: ["SCEP: 4 secs"],
    check: has(true, "answer ok"),
  },
  {
    name: "granted-by-get", ...asking({}), lan: certified({ capabilities: ["AES", "SHA-256"] }), ends: LOGIN,
    check: (t, { accesses }) => {
      t.ok(accesses.every(({ method }) => method === "GET"));
      t.ok(accesses.some(({ target }) => /PKIOperation&message=[A-Za-z0-9%]{2000}/.test(target)));
    },
  },
  {
    name: "granted-weakly", ...asking({}), lan: certified({ capabilities: [], cipher: "des", registrar: true }), ends: LOGIN,
    check: (t, played) => {
      t.match(scepSteps(played).at(-2), /digest sha1, cipher triple-des, .*weak true/);
      t.match(scepSteps(played).at(-1), /answer, ok, .*digest sha1, cipher des, .*weak true/);
    },
  },
  {
    name: "pending-an-hour", ...asking({}), lan: certified({ decision: "pending", polls: 59 }), timeoutSeconds: 2 * HOUR, ends: LOGIN,
    texts: ["SCEP: Pending", "SCEP: Successful"],
    check: (t, played) => {
      has(true, "answer ok")(t, played);
      t.equal(results(played).filter((result) => result === "poll ok").length, 60, "a question a minute");
    },
  },
  {
    name: "pending-for-ever", ...asking({}), lan: certified({ decision: "pending" }), timeoutSeconds: 200,
    ends: ["scep", "scep-pending", 1], texts: ["SCEP: Pending"], check: has(false, "answer pending"),
  },
  {
    name: "pending-behind", ...asking({ MYCERTWAIT: 0 }), lan: certified({ decision: "pending", polls: 1 }), until: "none",
    timeoutSeconds: HOUR, ends: LOGIN, texts: ["SCEP: Pending", "Enter username"],
    check: (t, played) => {
      has(true, "answer ok")(t, played);
      t.equal(played.events.findLast((event) => event.event === "display")!.t < 10_000, true, "the prompt stays");
    },
  },
  {
    name: "pending-interrupted", ...asking({ PROCSTAT: 0 }), lan: certified({ decision: "pending" }), until: "none", timeoutSeconds: 600,
    keys: [{ when: { text: "SCEP: Pending" }, keys: [{ softkey: "Program" }] }], ends: ["craft", "local-procedures", 3],
    texts: ["SCEP: Pending", "Startup interrupted"],
    check: (t, played) => {
      has(false, "poll interrupted")(t, played);
      t.equal(played.accesses.filter(({ target }) => /PKIOperation/.test(target)).length, 1, "no frame afterwards");
    },
  },
  {
    name: "rejected", ...asking({}), lan: certified({ decision: "reject" }), until: "none", timeoutSeconds: HOUR, ends: REFUSED,
    texts: ["SCEP: Failed", "Enter username"],
    check: (t, played) => {
      has(false, "answer rejected")(t, played);
      t.match(scepSteps(played).at(-1), /failInfo bad-request/);
      t.equal(played.accesses.filter(({ target }) => /PKIOperation/.test(target)).length, 1, "no further attempt");
    },
  },
  {
    name: "dead", ...asking({ MYCERTURL: "http://10.0.8.77/scep" }), until: "none", timeoutSeconds: HOUR, ends: REFUSED,
    texts: ["SCEP: Failed", "Enter username"],
    check: (t, played) => t.same(results(played), ["time ok", "stored none", "capabilities no-answer"], "one attempt in an hour"),
  },
  {
    name: "silent", ...asking({}), lan: certified({ answers: [{ silent: true }] }), ends: REFUSED, texts: ["SCEP: 20 secs", "SCEP: Failed"],
    check: has(false, "capabilities no-answer"),
  },
  {
    name: "no-ca-certificate", ...asking({}), lan: certified({ answers: [{ status: 404 }] }), ends: REFUSED,
    check: has(false, "authority http-failed"),
  },
  { name: "not-a-url", ...asking({ MYCERTURL: "ftp://10.0.8.4/scep" }), ends: REFUSED, check: has(false, "capabilities bad-url") },
  { name: "not-a-name", ...asking({ MYCERTDN: "/XYZ=1" }), ends: REFUSED, check: has(false, "request bad-subject") },
  {
    name: "another-ca", ...asking({}), scep: { fingerprint: new Uint8Array(32) }, ends: REFUSED, check: has(false, "request wrong-ca"),
  },
  {
    name: "without-time", ...asking({ SNTPSRVR: "" }), lan: certified({ fault: "expired" }), ends: LOGIN,
    check: (t, played) => {
      has(true, "answer ok")(t, played);
      t.equal(results(played)[0], "time no-time");
    },
  },
  {
    name: "clock-without-time", ...asking({}), lan: certified({}, { sntp: { address: CLOCK, synchronised: false } }), ends: LOGIN,
    check: (t, played) => {
      t.equal(results(played)[0], "time no-time", "it answers that it has none");
      t.equal(scepSteps(played).length > 5, true, "and the start-up goes on");
    },
  },
  {
    name: "silent-clock", ...asking({ SNTPSRVR: "10.0.8.2,10.0.8.88" }), ends: LOGIN, texts: ["SCEP: 8 secs"],
    check: (t, played) => t.equal(results(played)[0], "time no-answer"),
  },
];

const FAULTS: readonly [ScepFault, string][] = [
  ["bad-signature", "bad-signature"], ["wrong-recipient", "wrong-recipient"], ["wrong-transaction", "wrong-transaction"],
  ["wrong-nonce", "wrong-nonce"], ["truncated", "malformed"], ["huge", "too-large"], ["other-key", "key-mismatch"],
  ["other-ca", "not-signed-by-ca"], ["expired", "expired"], ["not-yet-valid", "not-yet-valid"],
];
for (const [fault, result] of FAULTS) {
  const step = fault === "huge" ? "request" : "answer";
  rows.push({
    name: `wrong-${fault}`.replace("wrong-wrong", "wrong"), ...asking({}), lan: certified({ fault }), ends: REFUSED,
    texts: ["SCEP: Failed", "Enter username"], check: has(false, `${step} ${result}`),
  });
}

playTable("scep", rows);

t.test("MYCERTURL null: the step is entered and skipped, without a text and without a frame", (t) => {
  const [with_, without] = [certified(), certified({}, { scep: undefined as never, proxy: undefined as never })].map((lan) => {
    const { scep, proxy, ...vlan } = lan.vlans[0]!;
    const vlans = scep === undefined || proxy === undefined ? [vlan] : lan.vlans;
    return play({ name: "skipped", ...asking({ MYCERTURL: "", SNTPSRVR: "" }), lan: { ...lan, vlans } });
  });
  for (const played of [with_!, without!]) {
    t.same(results(played), ["skipped none"]);
    t.notOk(played.events.some((event) => event.event === "display" && /SCEP/.test(event.text)));
    t.same(played.violations, []);
  }
  t.equal(with_!.accesses.length, 2, "the files");
  t.end();
});

/** A telephone that has a certificate, plugged in again on another day. */
function again(before: Played, time: string, more: Partial<Scenario> = {}): Played {
  const lan = { ...certified({ validityDays: 100 }), time };
  return play({ name: "again", ...asking({ MYCERTRENEW: 90 }), secrets: before.board.scep.secrets(), lan, ...more });
}

t.test("a certificate is used until MYCERTRENEW per cent of its life, then renewed, and replaced when it has expired", (t) => {
  const first = play({ name: "first", ...asking({}), lan: { ...certified({ validityDays: 100 }), time: "2026-01-01T00:00:00Z" } });
  const serial = ({ board }: Played): string => hexOf(board.scep.secrets().certificate!);
  const used = again(first, "2026-03-31T00:00:00Z");
  t.same([results(used), serial(used)], [["time ok", "stored ok"], serial(first)]);
  t.equal(used.accesses.filter(({ target }) => /operation/.test(target)).length, 0, "the CA is not asked");
  const renewed = again(first, "2026-04-02T00:00:00Z");
  t.same([results(renewed)[1], results(renewed).at(-1)], ["stored renew", "answer ok"]);
  t.ok(renewed.events.some((event) => event.event === "scep" && event.messageType === "renewal-req"));
  t.not(serial(renewed), serial(first));
  t.same(renewed.board.scep.secrets().key, first.board.scep.secrets().key, "with the same key");
  const expired = again(first, "2027-01-01T00:00:00Z");
  t.same([results(expired)[1], results(expired).at(-1)], ["stored expired", "answer ok"]);
  const kept = again(first, "2026-04-02T00:00:00Z", { ...asking({ MYCERTRENEW: 1 }), lan: certified({ decision: "reject" }) });
  t.equal(serial(kept), serial(first), "a renewal that is refused costs nothing");
  const timeless = again(first, "2027-01-01T00:00:00Z", asking({ SNTPSRVR: "" }));
  t.same(results(timeless), ["time no-time", "stored no-time"]);
  t.end();
});

t.test("another MYCERTURL is another certificate", (t) => {
  const first = play({ name: "first", ...asking({}) });
  const other = again(first, "2026-01-02T00:00:00Z", asking({ MYCERTURL: `${URL_OF_CA}/other` }));
  t.same(results(other)[1], "stored none");
  t.ok(holds(other));
  t.end();
});

t.test("the run is the same twice, every byte of every frame", (t) => {
  const [one, two] = [1, 2].map(() => play({ name: "twice", ...asking({}) }));
  t.equal(one!.capture.digest, two!.capture.digest);
  t.same(one!.events.filter(isScep), two!.events.filter(isScep));
  t.end();
});
