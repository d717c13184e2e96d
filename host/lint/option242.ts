// The string of DHCP option 242 by the same rules as a file, as far as they make sense for it.
//
// In: the string. Out: findings, all on line 1. The core's own parser takes it apart and judges every item.

import { Mode } from "../../hal/abi.js";
import type { OptionEvent } from "../event-types.js";
import { OPTION_242 } from "../explain/explain.js";
import { runScript } from "../explain/script-run.js";
import { setterOf, wanted } from "../explain/why-text.js";
import { RULES, type Finding, type RuleName } from "./finding.js";
import { nameRemark } from "./names.js";
import { vlantestMessage } from "./rules.js";
import { isHidden, isSecret, MASK, maskOption } from "../secrets.js";

const NOTHING = { name: "", bytes: new Uint8Array(0), source: { read: () => undefined } };

/** What is wrong with the string. */
export function lintOption242(core: WebAssembly.Module, option242: string): Finding[] {
  const identity = { model: "9640D01A", serial: "07N540100001", mac: Uint8Array.of(0, 4, 13, 18, 52, 86), option242 };
  const items = runScript(core, Mode.Interpret, NOTHING, identity).options.filter(({ effect }) => effect !== "continued");
  const found = [...items.flatMap(itemRemarks), ...duplicates(items)];
  return found.map(([rule, message]) => ({ file: OPTION_242, line: 1, severity: RULES[rule], rule, message }));
}

function itemRemarks(item: OptionEvent): (readonly [RuleName, string])[] {
  const { name: written = "", value = "", effect, why } = item;
  const name = written.toUpperCase();
  const remark = why === "no-equals-sign" ? undefined : nameRemark(name);
  const remarks: (readonly [RuleName, string])[] = remark === undefined ? [] : [[remark.rule, remark.message]];
  if (effect === "invalid") remarks.push(["bad-value", invalidMessage(name, value, why)]);
  if (effect === "not-from-dhcp") remarks.push(["unknown-parameter", `${name} is not taken from DHCP: ${fileAdvice(name)}`]);
  if (why === "quote-not-closed") remarks.push(["not-a-statement", `the quote in ${name} is not closed: end the value with "`]);
  if (isSecret(name) && value !== "") remarks.push(["secret-in-file", `${name} is a secret, and DHCP tells everybody: set it another way`]);
  if (effect === "set" && name === "VLANTEST" && Number(value) === 0) remarks.push(["vlantest-zero", vlantestMessage("VLANTEST=60")]);
  return remarks;
}

function fileAdvice(name: string): string {
  return setterOf(name) ?? `SET ${name} in the settings file, or drop it`;
}

function invalidMessage(name: string, value: string, why: string | undefined): string {
  const shown = maskOption(name);
  if (why === "no-equals-sign") return `${JSON.stringify(shown)} has no name: NAME=VALUE, such as HTTPSRVR=${shown}`;
  return `${name}=${isHidden(name) ? MASK : value} is ignored: ${wanted(name) ?? "another value is needed"}`;
}

function duplicates(items: readonly OptionEvent[]): (readonly [RuleName, string])[] {
  const names = items.filter(({ effect }) => effect === "set").map(({ name = "" }) => name);
  const twice = new Set(names.filter((name, index) => names.indexOf(name) !== index));
  return [...twice].map((name) => ["duplicate-set", `${name} stands there more than once, and the last one counts: keep one`]);
}
