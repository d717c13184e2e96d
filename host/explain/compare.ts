// Two explanations beside each other: what a new version of a file changes, and which telephones of a site come out alike.

import { macText } from "./mac-text.js";
import type { Effective, Explanation } from "./explain.js";

export interface Difference {
  readonly name: string;
  /** Null where the file sets nothing: the default, or whatever another source says, is in force. */
  readonly old: Effective | null;
  readonly new: Effective | null;
}

/** Effective differences, by name; a value that only moved to another line is none. */
export function differencesOf(old: Explanation, now: Explanation): Difference[] {
  const names = new Set([...Object.keys(old.parameters), ...Object.keys(now.parameters)]);
  return [...names].sort().flatMap((name) => {
    const [before = null, after = null] = [old.parameters[name], now.parameters[name]];
    return before?.value === after?.value ? [] : [{ name, old: before, new: after }];
  });
}

export interface Phone {
  readonly mac: Uint8Array;
  readonly model: string;
  readonly group: string;
}

export interface PhoneResult {
  readonly phones: readonly { readonly mac: string; readonly model: string; readonly group: string }[];
  readonly explanation: Explanation;
}

/** One entry for each distinct result, in the order of the telephones. A telephone's own address in a value makes no difference. */
export function groupResults(phones: readonly Phone[], explain: (phone: Phone) => Explanation): PhoneResult[] {
  const results = new Map<string, { phones: PhoneResult["phones"][number][]; explanation: Explanation }>();
  for (const phone of phones) {
    const explanation = withoutOwnAddress(explain(phone), macText(phone.mac));
    const key = JSON.stringify(explanation);
    const result = results.get(key) ?? { phones: [], explanation };
    result.phones.push({ mac: macText(phone.mac), model: phone.model, group: phone.group });
    results.set(key, result);
  }
  return [...results.values()];
}

function withoutOwnAddress(explanation: Explanation, mac: string): Explanation {
  const pattern = new RegExp(mac, "gi");
  const shown = (value: string): string => value.replace(pattern, (found) => (found === mac ? "$MACADDR" : "$MACADDR_UPPER"));
  const parameters = Object.fromEntries(Object.entries(explanation.parameters)
    .map(([name, effective]) => [name, { ...effective, value: shown(effective.value), file: shown(effective.file) }]));
  return {
    ...explanation,
    parameters,
    appname: shown(explanation.appname),
    get: explanation.get.map(({ file, found }) => ({ file: shown(file), found })),
    ignored: explanation.ignored.map((entry) => ({ ...entry, file: shown(entry.file) })),
  };
}
