// A regular expression of the user's, checked before the telephone has power.

/** What is wrong with it, or undefined. */
export function regexFault(text: string): string | undefined {
  try {
    new RegExp(text, "u");
    return undefined;
  } catch (error) {
    return `${JSON.stringify(text)} is no regular expression: ${error instanceof Error ? error.message : String(error)}`;
  }
}
