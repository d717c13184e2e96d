// A regular expression of the user's, checked before the telephone has power.

import { isHidden } from "../secrets.js";

/** What is wrong with it, or undefined. Of a secret it is not repeated. */
export function regexFault(name: string, text: string): string | undefined {
  try {
    new RegExp(text, "u");
    return undefined;
  } catch (error) {
    if (isHidden(name)) return "what follows is no regular expression";
    return `${JSON.stringify(text)} is no regular expression: ${error instanceof Error ? error.message : String(error)}`;
  }
}
