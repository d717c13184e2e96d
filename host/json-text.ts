// JSON that somebody wrote by hand: read as usual; where it is none, the place and what to change there.
//
// The engine's own words have a position only sometimes, and quote what stands around it, which may be a secret. Here one character is
// quoted, none of a string's.

import { parse } from "@humanwhocodes/momoa";

/** Throws an Error whose message begins with `line L, column C: ` (both from 1), or with what is wrong where there is no such place. */
export function readJson(text: string): unknown {
  const plain = text.replace(/^\ufeff/, ""); // Editors put a byte order mark there.
  try {
    return JSON.parse(plain) as unknown;
  } catch (error) {
    const [offset, what] = endsEarly(plain, error as Error) ? [plain.length, "the text ends before the JSON does"] : faultOf(plain);
    const lines = plain.slice(0, offset).split("\n");
    throw new Error(offset < 0 ? what : `line ${lines.length}, column ${lines.at(-1)!.length + 1}: ${what}`);
  }
}

/** The engine knows this better: it names a place behind the last character, or the end. */
function endsEarly(text: string, { message }: Error): boolean {
  const position = /at position (\d+)/.exec(message)?.[1];
  return /^(?:Unexpected end|Unterminated)/.test(message) || Number(position) >= text.length;
}

/** Where it is, and what; -1 for no place. */
function faultOf(text: string): [offset: number, what: string] {
  try {
    parse(text, { mode: "json" });
  } catch (error) {
    const { offset } = error as { readonly offset?: number };
    return offset === undefined ? [-1, "it is nested too deep"] : [offset, whatIsWrong(text, offset)];
  }
  return [-1, "a string has a line end, a tabulator or another control character in it; write \\n, \\t or \\u00XX"];
}

function whatIsWrong(text: string, offset: number): string {
  const rest = text.slice(offset);
  if (/^[}\]]/.test(rest) && /,\s*$/.test(text.slice(0, offset))) return `the comma before this ${rest[0]} is one too many`;
  if (/^\/[/*]/.test(rest)) return "JSON has no comments";
  if (rest.startsWith("'")) return 'texts stand in double quotes, "so"';
  return rest.startsWith('"') ? "a text is not expected here; a comma, a colon or a quote may be missing"
    : `${JSON.stringify(rest[0])} is not expected here`;
}
