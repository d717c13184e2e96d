// Goal: each way of contacting a call server is shown, told and bounded, and start-up goes on in any case.
// Method: a start-up each with another list of call servers and another far end.

import { playTable, type Row } from "../support/scenario-table.js";
import { software, type Played, type Scenario } from "../support/scenario.js";

const base: Scenario = { name: "", stored: [software("app1.bin")] };
const servers = (list: string, more = ""): Scenario => ({
  ...base, files: { "96xxupgrade.txt": `SET SIPPROXYSRVR "${list}"\nSET SIPSIGNAL 1\n${more}` },
});
const results = ({ events }: Played): (string | undefined)[] =>
  events.flatMap((event) => (event.event === "sip" ? [`${event.server} ${event.result}`] : []));
const stateAt = (events: Played["events"], state: string): number =>
  events.find((event) => event.event === "state" && event.state === state)?.t ?? 0;
const CONTACTING = ["Contacting Call Server...", "Enter username"];

const rows: Row[] = [
  {
    ...servers("10.0.8.3"), name: "answers", ends: ["login", "reached", 0], texts: CONTACTING,
    check: (t, played) => t.same([results(played), played.end.warnings], [["10.0.8.3 contacted"], []]),
  },
  {
    ...servers("10.0.8.3", "SET SIPPORT 5070\n"), name: "refuses", ends: ["login", "reached", 0], texts: CONTACTING,
    check: (t, played) => {
      t.same(results(played), ["10.0.8.3 refused"]);
      t.match(played.end.warnings, [{ code: "call-server-silent" }]);
    },
  },
  {
    ...servers("10.0.8.9,sip.example.com"), name: "second-answers", ends: ["login", "reached", 0], texts: CONTACTING,
    check: (t, played) => t.same(results(played), ["10.0.8.9 timed-out", "sip.example.com contacted"]),
  },
  {
    ...servers(Array.from({ length: 12 }, (_, index) => `10.0.8.${index + 10}`).join(",")), name: "twelve-silent",
    ends: ["login", "reached", 0], texts: CONTACTING,
    check: (t, played) => {
      t.equal(results(played).length, 8, "4 s each, 32 s in all");
      t.match(played.end.warnings, [{ code: "call-server-silent" }]);
    },
  },
  {
    ...servers("nowhere.example.com"), name: "no-such-name", ends: ["login", "reached", 0], texts: CONTACTING,
    check: (t, played) => t.same(results(played), ["nowhere.example.com no-name"]),
  },
  {
    ...servers("10.0.8.3"), name: "closes-at-once", ends: ["login", "reached", 0], callServer: { answers: [{ close: true }] },
    check: (t, played) => t.same(results(played), ["10.0.8.3 closed"]),
  },
  {
    ...servers("10.0.8.3"), name: "refuses-options", ends: ["login", "reached", 0], callServer: { answers: [{ status: 404 }] },
    check: (t, played) => t.same(results(played), ["10.0.8.3 contacted"], "any final answer is contact"),
  },
  {
    ...servers("10.0.8.3"), name: "says-no-sip", ends: ["login", "reached", 0], callServer: { answers: [{ malformed: true }] },
    check: (t, played) => t.same(results(played), ["10.0.8.3 malformed"]),
  },
  {
    ...servers("10.0.8.3"), name: "never-answers", ends: ["login", "reached", 0], callServer: { answers: [{ silent: true }] },
    check: (t, { events }) => t.equal(stateAt(events, "login") - stateAt(events, "call-server"), 32_000,
      "the last address has all the time that is left"),
  },
  {
    ...servers("10.0.8.3,10.0.8.3:5060;transport=udp"), name: "silent-once-then-by-udp", ends: ["login", "reached", 0],
    callServer: { answers: [{ silent: true, times: 2 }] },
    check: (t, { events }) => {
      const sip = events.flatMap((event) => (event.event === "sip" ? [[event.transport, event.result, event.sends]] : []));
      t.same(sip, [["tcp", "timed-out", undefined], ["udp", "contacted", 2]], "4 s for an address while others are left");
    },
  },
  {
    ...servers("10.0.8.3", "SET SIPSIGNAL 0\n"), name: "by-udp-answers-another", ends: ["login", "reached", 0],
    callServer: { answers: [{ foreign: true, times: 2 }] },
    check: (t, { events }) => t.match(events.find((event) => event.event === "sip"), { sends: 3, result: "contacted" }),
  },
  {
    ...base, name: "controller-list", ends: ["login", "reached", 0],
    files: { "96xxupgrade.txt": 'SET SIP_CONTROLLER_LIST "10.0.8.9:5070;transport=tcp, sip.example.com;transport=udp, ;transport=udp"\n' },
    check: (t, played) => {
      t.same(results(played), ["10.0.8.9 timed-out", "sip.example.com contacted"]);
      t.match(played.end.warnings, [{ code: "controller-list" }]);
    },
  },
  {
    ...servers("10.0.8.3;transport=sctp, 10.0.8.3:0, ,10.0.8.3:5060"), name: "entries-that-are-none", ends: ["login", "reached", 0],
    check: (t, played) => t.same(results(played).map((text) => text!.split(" ").at(-1)),
      ["no-address", "no-address", "no-address", "contacted"]),
  },
  {
    ...base, name: "none-known", files: { "96xxupgrade.txt": 'SET SIPPROXYSRVR ""\n' }, ends: ["login", "reached", 0],
    texts: ["No Call Server Address", "Enter username"],
    check: (t, { end }) => t.match(end.warnings, [{ code: "no-call-server" }]),
  },
];

playTable("call-server", rows);
