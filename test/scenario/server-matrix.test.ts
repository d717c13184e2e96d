// Goal: each kind of file server, with each thing that can be wrong with its answers, shows the right texts, events, verdict and exit.
// Method: every cell of one table is a start-up on the wire in virtual time, TLS engines included; one golden holds them all.

import t from "tap";
import { describeEvent } from "../../host/event-text.js";
import type { LanAnswer, LanConfig } from "../../host/site/lan-config.js";
import type { LanTls } from "../../host/site/lan-tls.js";
import { golden } from "../support/golden.js";
import { playSettled, type Played } from "../support/scenario.js";
import { tlsPlan } from "../support/tls.js";

const SERVER = "10.0.8.3";
const DEAD = "10.0.8.9";
const SCRIPT = "/96xxupgrade.txt";
const script = "GET 46xxsettings.txt\n";
const files = { "96xxupgrade.txt": script, "moved.txt": script, "46xxsettings.txt": "SET PROCSTAT 0\n" };

/** Undefined: the files are asked for over HTTP. */
const SERVERS: readonly [name: string, tls: LanTls | undefined][] = [
  ["http", undefined],
  ["https good", {}],
  ["expired", { to: "2024-03-01" }],
  ["wrong name", { names: ["other.example"] }],
  ["unknown CA", { issuer: "stranger" }],
  ["plain on the TLS port", { plain: true }],
];

const ANSWERS: readonly [name: string, answer: LanAnswer | undefined, list: string][] = [
  ["first server dead", undefined, `${DEAD},${SERVER}`],
  ["slow", { path: SCRIPT, slow: 10 }, SERVER],
  ["short body", { path: SCRIPT, short: 10 }, SERVER],
  ["chunked", { chunked: 7 }, SERVER],
  ["redirect", { path: SCRIPT, redirect: "/moved.txt" }, SERVER],
  ["401", { path: SCRIPT, status: 401 }, SERVER],
  ["404", { path: SCRIPT, status: 404 }, SERVER],
  ["500 then 200", { path: SCRIPT, status: 500, times: 1 }, SERVER],
];

function lanOf(tls: LanTls | undefined, answer: LanAnswer | undefined, list: string): LanConfig {
  const answers = answer === undefined ? {} : { answers: [answer] };
  return {
    vlans: [{
      id: 8, subnet: "10.0.8.0/24", routers: [{ address: "10.0.8.1" }],
      dhcp: { pool: ["10.0.8.50", "10.0.8.59"], option242: `${tls === undefined ? "HTTP" : "TLS"}SRVR="${list}"` },
      fileServer: { address: SERVER, files, ...answers, ...(tls === undefined ? {} : { tls }) },
    }],
  };
}

/** What the file server's part of a start-up showed, did and came to. */
function cellText(name: string, { events, end, exitCode, violations }: Played): string {
  const lines = events.flatMap((event) => {
    if (event.event === "display" && event.row === "title" && event.text.startsWith("HTTP")) return [`  screen ${event.text}`];
    return event.event === "http" ? [`  http   ${describeEvent(event)}`] : [];
  });
  const words = end.ok ? [] : [`  why    ${end.cause}`, `  do     ${end.advice}`];
  return [`${name}`, ...lines, ...violations, `  end    ${end.state} ${end.code}, exit ${exitCode}`, ...words, ""].join("\n");
}

t.test("every server with every answer", async (t) => {
  const cells: string[] = [];
  for (const [server, tls] of SERVERS) for (const [fault, answer, list] of ANSWERS) {
    const name = `${server} / ${fault}`;
    cells.push(cellText(name, await playSettled({ name, lan: lanOf(tls, answer, list), tls: tlsPlan() })));
  }
  golden(t, "server-matrix", cells.join("\n"));
});
