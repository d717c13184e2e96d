// What a value of each parameter may look like, in words: for whoever refuses one.
//
// In: the generated table. Out: a phrase such as "a whole number from 0 to 4094". Whether a value is one is decided elsewhere.

import { PARAMETERS, type ParameterRule } from "./parameter-table.js";

export { PARAMETERS, type ParameterRule };

const FORM_TEXTS: Readonly<Record<string, string>> = {
  text: "characters of printable ASCII", word: "characters of printable ASCII without blanks",
  one: "characters of printable ASCII without blanks and commas", name: 'characters of printable ASCII, the first a "/"', digits: "digits",
};

/** What is needed where a value is wanted. */
export function wantedText(rule: ParameterRule): string {
  switch (rule.type) {
    case "number": return numberText(rule);
    case "number-or-0": return `${numberText(rule)}, or 0,`;
    case "address": return "an IPv4 address such as 192.0.2.1";
    case "one-of": return `one of ${rule.choices.join(" ")}`;
    default: return `a value of at most ${rule.most} ${FORM_TEXTS[rule.type]!}`;
  }
}

function numberText({ least, most }: ParameterRule): string {
  return `a whole number from ${least} to ${most}`;
}
