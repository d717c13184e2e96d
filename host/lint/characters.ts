// Characters that a word processor or a foreign code page brings into a statement.

import { textOfLine, type SourceLines } from "../explain/source-lines.js";
import { ScriptWhy } from "../../hal/events.js";
import type { Line } from "./lint-file.js";
import { isOurs } from "./names.js";

/** Quotes of word processors, in Unicode, and where code page 1252 has them. */
const CURLY = /[\u2018-\u201f\u00ab\u00bb\u0084\u0091-\u0094]/u;
const FOREIGN = /[^\t -~]/u;
/** Code page 1252 as its letters: a decoder of Latin-1 in a browser does the same. */
const SHOWN: Readonly<Record<string, string>> = { "\u0084": "„", "\u0091": "‘", "\u0092": "’", "\u0093": "“", "\u0094": "”" };

export interface BadBytes {
  readonly kind: "curly" | "foreign";
  /** The first of them. */
  readonly shown: string;
}

/** The wrong characters of a statement: of its words, not of text behind it. Comments and tags may hold any. */
export function badBytes(line: Line, text: SourceLines): BadBytes | undefined {
  const { kind, why } = line;
  if (kind === "comment" || kind === "tag") return undefined;
  const words = kind === "other" ? (why === ScriptWhy.NotAStatement || why === ScriptWhy.MissingValue ? text.text(line.line) : "")
    : textOfLine(latin1Bytes(line.name + " " + line.value));
  const curly = CURLY.exec(words)?.[0];
  if (curly !== undefined) return { kind: "curly", shown: SHOWN[curly] ?? curly };
  // Only where the telephone minds: it does not look at the value of a parameter that it does not have.
  if (kind !== "get" && kind !== "if" && !(kind === "set" && isOurs(line.name))) return undefined;
  const foreign = FOREIGN.exec(words)?.[0];
  return foreign === undefined ? undefined : { kind: "foreign", shown: /[\0-\x1f\x7f-\x9f]/.test(foreign) ? codeOf(foreign) : foreign };
}

function codeOf(character: string): string {
  return `byte 0x${character.charCodeAt(0).toString(16).padStart(2, "0")}`;
}

/** The core's texts are one character a byte. */
function latin1Bytes(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
