// Goal: the verdicts that no other table of scenarios comes to: those of a telephone that goes round in a circle or runs out of time,
// failed expectations, and what is only ever a warning. Each golden has the words; docs/VERDICTS.md is made from all goldens together.

import type { Test } from "tap";
import { expectValue } from "../../host/cli/expect-values.js";
import { office, telephone } from "../support/lans.js";
import { playTable, type Row } from "../support/scenario-table.js";
import { software, unsignedSoftware, type Files, type Played } from "../support/scenario.js";

const LOGIN = ["login", "reached", 0] as const;
const files: Files = { "96xxupgrade.txt": "SET SIPPROXYSRVR 10.0.8.3\nSET SIPSIGNAL 1\n" };
const base = { stored: [software("app1.bin")], files };
const circle = (names: readonly string[]): Files => {
  const image = (name: string): Uint8Array => software(name).bytes;
  return Object.fromEntries([
    ["96xxupgrade.txt",
      `IF $APPNAME SEQ ${names[0]!} GOTO TWO\nSET APPNAME ${names[0]!}\nGOTO END\n# TWO\nSET APPNAME ${names[1]!}\n# END\n`],
    ...names.map((name) => [name, image(name)]),
  ]) as Files;
};
const warns = (code: string) => (t: Test, { end }: Played): void => void t.ok(end.warnings.some((warning) => warning.code === code), code);

const rows: Row[] = [
  {
    ...base, name: "reset-loop", files: circle(["app2.bin", "app3.bin"]), timeoutSeconds: 3600,
    ends: ["restart", "reset-loop", 1], check: (t, { end }) => t.match(end.cause, /3 times/),
  },
  {
    ...base, name: "timeout", until: "registered", timeoutSeconds: 30, ends: ["login", "timeout", 1],
    check: (t, { end }) => t.match(end.advice, /--extension N.*--until login/),
  },
  {
    ...base, name: "expectation", expectations: ["SIPPROXYSRVR=10.0.8.9", "SIPSIGNAL~^[12]$"].map(expectValue),
    ends: ["login", "expectation", 4],
  },
  {
    ...base, name: "unsigned-image", identity: { unsigned: true }, ends: LOGIN, check: warns("unsigned-image"),
    files: { "96xxupgrade.txt": "SET SIPPROXYSRVR 10.0.8.3\nSET APPNAME app2.bin\n", "app2.bin": unsignedSoftware("app2.bin").bytes },
  },
  {
    ...base, name: "controller-list", files: { "96xxupgrade.txt": 'SET SIP_CONTROLLER_LIST "10.0.8.3:5060;transport=tcp"\n' }, ends: LOGIN,
    check: warns("controller-list"),
  },
  {
    ...telephone, name: "option-242-cut",
    lan: office({ option242: `HTTPSRVR=10.0.8.2,TLSDIR=${"t".repeat(100)},LOGSRVR=${"l".repeat(247 - 134)}` }),
    ends: LOGIN, files: { "96xxupgrade.txt": "SET SIPPROXYSRVR 10.0.8.3\nSET SIPSIGNAL 1\n" }, check: warns("option-242-cut"),
  },
];

playTable("verdicts", rows);
