// Reads `--set NAME=VALUE` by the rules that the core keeps (core/settings/values.ts), before the telephone has power.
//
// In: the argument and the serial number that a macro may stand for. Out: `NAME=VALUE` with the name in upper case, or a UsageError
// that names the range. The core judges again and would drop a wrong value without a word to the user.

import { PARAMETERS, wantedText, type ParameterRule } from "../parameter-rules.js";
import { nearest } from "../nearest.js";
import { isHidden, MASK, maskStatement } from "../secrets.js";
import { UsageError } from "./usage.js";

/** What a parameter holds once its macros are replaced, and digits of a number (core/settings/table.ts). */
const VALUE_BYTES_MAX = 255;
const NUMBER_DIGITS_MAX = 10;
/** Names that are the telephone's to set, and the options that say what is meant. */
const OPTION_OF: Readonly<Record<string, string>> = { BOOTNAME: "--bootname NAME", MODEL: "--model MODEL" };

/** Checks one argument of `--set`. */
export function presetValue(text: string, serial: string): string {
  const [, written, value] = /^([A-Za-z][A-Za-z0-9_]*)=(.*)$/s.exec(text) ?? [];
  if (written === undefined || value === undefined) {
    throw new UsageError(`--set ${JSON.stringify(maskStatement(text))}: NAME=VALUE is needed, such as --set HTTPSRVR=192.0.2.1`);
  }
  const name = written.toUpperCase();
  const rule = PARAMETERS.find((parameter) => parameter.name === name);
  if (rule === undefined) throw new UsageError(unknown(name));
  const wanted = wantedOf(rule, value, serial);
  if (wanted !== undefined) throw new UsageError(`--set ${name}=${isHidden(name) ? MASK : JSON.stringify(value)}: ${wanted} is needed`);
  return `${name}=${value}`;
}

function unknown(name: string): string {
  const option = OPTION_OF[name];
  if (option !== undefined) return `--set ${name}=…: nobody sets this parameter; use ${option}`;
  const names = PARAMETERS.map((parameter) => parameter.name);
  const near = nearest(name, names.map((known) => known.toLowerCase()));
  const instead = near === undefined ? `these are: ${names.join(" ")}` : `did you mean ${near.toUpperCase()}?`;
  return `--set ${name}=…: the telephone has no parameter of this name; ${instead}`;
}

/** What is needed instead of the value; undefined when it is allowed. */
function wantedOf(rule: ParameterRule, value: string, serial: string): string | undefined {
  return isAllowed(rule, value, serial) ? undefined : wantedText(rule);
}

function isAllowed(rule: ParameterRule, value: string, serial: string): boolean {
  switch (rule.type) {
    case "number": return isNumber(rule, value);
    case "number-or-0": return isNumber(rule, value) || /^0{1,10}$/.test(value);
    case "address": return isAddress(value);
    case "one-of": return isChoice(rule, value);
    default: return isText(rule, value, serial);
  }
}

function isNumber({ least, most }: ParameterRule, value: string): boolean {
  return /^\d+$/.test(value) && value.length <= NUMBER_DIGITS_MAX && Number(value) >= least && Number(value) <= most;
}

function isAddress(value: string): boolean {
  return /^\d{1,3}(\.\d{1,3}){3}$/.test(value) && value.split(".").every((part) => Number(part) <= 255);
}

function isChoice({ choices }: ParameterRule, value: string): boolean {
  return choices.some((choice) => choice.toUpperCase() === value.toUpperCase());
}

function isText({ type, most }: ParameterRule, value: string, serial: string): boolean {
  const expanded = value.replace(/\$(MACADDR|SERIALNO)(_UPPER)?/gi, (_whole, macro: string) =>
    macro.toUpperCase() === "MACADDR" ? "0".repeat(12) : serial);
  return value.length <= most && expanded.length <= VALUE_BYTES_MAX && FORMS[type]!.test(value);
}

/** Printable ASCII; each type narrows it further. */
const FORMS: Readonly<Record<string, RegExp>> = {
  text: /^[ -~]*$/, word: /^[!-~]*$/, one: /^[!-+\--~]*$/, name: /^(\/[ -~]*)?$/, digits: /^\d*$/,
};
