// The core's reasons in words: why a statement, or an item of option 242, did nothing.
//
// The words of a reason are its code's own (`not a script`); what is wanted instead follows after a colon where that can be said.

import { ScriptWhy } from "../../hal/events.js";
import { kebabCase } from "../event-record.js";
import { PARAMETERS, wantedText } from "../parameter-rules.js";
import type { Step } from "./script-run.js";

/** Names whose SET a file cannot do, and who can. */
const SETTERS: Readonly<Record<string, string>> = {
  BOOTNAME: "it is the boot file that runs", GROUP: "it is set in the local procedures (GROUP)",
  IPADD: "it comes from DHCP or the local procedures (ADDR)", NETMASK: "it comes from DHCP or the local procedures (ADDR)",
  ROUTER: "it comes from DHCP or the local procedures (ADDR)", SSON: "it is set in the local procedures (SSON)",
  USE_DHCP: "it is set in the local procedures (ADDR)",
};
const DETAILS: ReadonlyMap<ScriptWhy, string> = new Map([
  [ScriptWhy.TextIgnored, "text behind the statement"],
  [ScriptWhy.QuoteNotClosed, "the value runs to the end of the line"],
  [ScriptWhy.LineTooLong, "a line has at most 4096 bytes"],
  [ScriptWhy.NotSupported, "ADD is of later releases"],
  [ScriptWhy.LowerRank, "what was entered locally beats a file"],
  [ScriptWhy.TagLimit, "a file has at most 1024 tags"],
  [ScriptWhy.DepthLimit, "GET leads on at most 8 times"],
]);

/** Why a step did nothing, or what of it. */
export function whyText(step: Step): string {
  if (step.why === ScriptWhy.KnownNotUsed) return "kept, not used in this release";
  const words = kebabCase(ScriptWhy[step.why] ?? "").replaceAll("-", " ");
  const detail = detailOf(step);
  return detail === undefined ? words : `${words}: ${detail}`;
}

function detailOf({ why, name }: Step): string | undefined {
  if (why === ScriptWhy.BadValue) return name === "" ? undefined : wanted(name);
  if (why === ScriptWhy.WrongSource) return setterOf(name);
  if (why === ScriptWhy.UndefinedName) return `$${name} is not defined in this release`;
  return DETAILS.get(why);
}

/** Who sets a parameter that a file cannot set. */
export function setterOf(name: string): string | undefined {
  return SETTERS[name];
}

/** What a value of this parameter must be. */
export function wanted(name: string): string | undefined {
  const rule = PARAMETERS.find((parameter) => parameter.name === name);
  return rule === undefined ? undefined : `${wantedText(rule)} is needed`;
}

/** Why an item of option 242 did nothing. */
export function optionWhyText(name: string, why: string): string {
  const words = why.replaceAll("-", " ");
  if (why === "wrong-source") return `${words}: ${name} is not taken from DHCP`;
  if (why === "lower-rank") return `${words}: what was entered locally beats DHCP`;
  if (["quote-not-closed", "unknown-parameter", "no-equals-sign"].includes(why)) return words;
  const instead = wanted(name);
  return instead === undefined ? words : `${words}: ${instead}`;
}
