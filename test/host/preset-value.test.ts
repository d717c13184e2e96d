// Goal: what `--set` lets through is what the telephone takes, so that nothing asked for is dropped in silence.
// Method: the core's own parameters judge the same names and values: ends of ranges, crafted values and seeded random ones.

import { readFileSync } from "node:fs";
import t from "tap";
import { Source } from "../../hal/events.js";
import { presetValue } from "../../host/cli/preset-value.js";
import { UsageError } from "../../host/cli/usage.js";
import { hostModule, readParameters } from "../../tools/parameters.js";
import { Random } from "../../host/random.js";
import { ScriptMachine } from "../support/script-machine.js";

const parameters = readParameters(readFileSync("core/settings/parameters.tsv", "latin1"));
const CRAFTED = [
  "", "0", "00", "1", "-1", "+1", " 1", "1 ", "1.0", "1e2", "255", "256", "00000000001", "0000000001", "4294967297", "99999999999",
  "10.0.0.1", "10.0.0.256", "10.0.0", "10.0.0.1.2", "010.0.0.1", "0010.0.0.1", "10..0.1", "a b", "a,b", "a-b", "/a b", "/", "x/",
  "tls", "MD5", "MD5,TLS", "$SERIALNO", "$macaddr", "$MACADDR_UPPER", "$SERIALNO".repeat(28), "$MACADDR".repeat(21),
  "$MACADDR".repeat(22), "caf\u00e9", "a\tb", "\u007f", "~", "!", "1234567", "12345678", "x".repeat(127), "x".repeat(128),
  "x".repeat(255), "x".repeat(256), "1496", "1500",
];

/** True when the command line lets it through. */
function allowed(name: string, value: string, serial: string): boolean {
  try {
    return presetValue(`${name}=${value}`, serial) === `${name}=${value}`;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return false;
  }
}

t.test("the command line and the core agree on every parameter", (t) => {
  const machine = new ScriptMachine();
  const serial = machine.value("MYCERTCN");
  const random = new Random(7);
  const letters = "019./, $aZ~\"";
  const pick = (): string => letters[(random.word() >>> 0) % letters.length]!;
  const made = Array.from({ length: 200 }, () => Array.from({ length: (random.word() >>> 0) % 6 }, pick).join(""));
  for (const { name, type, least, most } of parameters) {
    const ends = type.startsWith("number") ? [least - 1, least, most, most + 1].map(String) : ["y".repeat(most), "y".repeat(most + 1)];
    const differing = [...CRAFTED, ...made, ...ends].filter((value) => {
      const taken = ["none", "not-used", "lower-rank"].includes(machine.set(name, value, Source.CommandLine));
      return taken !== allowed(name, value, serial);
    });
    t.same(differing, [], name);
  }
  t.end();
});

t.test("the host's table is made of the core's", (t) => {
  t.equal(hostModule(parameters), readFileSync("host/parameter-table.ts", "utf8"));
  t.end();
});
