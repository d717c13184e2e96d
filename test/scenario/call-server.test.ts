// Goal: each way of contacting a call server is shown, told and bounded, and start-up goes on in any case.
// Method: a start-up each with another list of call servers and another far end; contact is a TCP connection in this release.

import { addressOf } from "../../host/network/address.js";
import { playTable, type Row } from "../support/scenario-table.js";
import { software, type Played, type Scenario } from "../support/scenario.js";

const base: Scenario = { name: "", stored: [software("app1.bin")] };
const servers = (list: string, more = ""): Scenario => ({
  ...base, files: { "96xxupgrade.txt": `SET SIPPROXYSRVR "${list}"\nSET SIPSIGNAL 1\n${more}` },
});
const results = ({ events }: Played): (string | undefined)[] =>
  events.flatMap((event) => (event.event === "sip" ? [`${event.server} ${event.result}`] : []));
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
    ...servers("10.0.8.3"), name: "closes-at-once", ends: ["login", "reached", 0],
    site: (site) => site.addStream(addressOf("10.0.8.3"), 5060, {
      connect: (peer) => {
        peer.reset();
        return { data: () => undefined, closed: () => undefined };
      },
    }),
    check: (t, played) => t.same(results(played), ["10.0.8.3 contacted"], "a connection counts, not what follows"),
  },
  {
    ...base, name: "none-known", files: { "96xxupgrade.txt": 'SET SIPPROXYSRVR ""\n' }, ends: ["login", "reached", 0],
    texts: ["No Call Server Address", "Enter username"],
    check: (t, { end }) => t.match(end.warnings, [{ code: "no-call-server" }]),
  },
];

playTable("call-server", rows);
