// Reads a Markdown file of cases: under each `##` heading blocks such as ```script … ``` and ```events … ```.
//
// In a block other than events and findings `\r`, `\t`, `\0`, `\xNN` are those bytes, and `\` at its end leaves the last newline out.

import { readFileSync } from "node:fs";

export interface Block {
  readonly kind: string;
  /** What follows the kind in the block's first line. */
  readonly words: readonly string[];
  readonly text: string;
}

export interface Case {
  readonly name: string;
  /** What the case shows: `Rules: quoted-value good, list bad`. */
  readonly rules: readonly (readonly [rule: string, kind: string])[];
  readonly blocks: readonly Block[];
}

/** All cases of a file, in order. A heading inside a block is the block's text. */
export function readCases(path: string): Case[] {
  const cases: { name: string; rules: (readonly [string, string])[]; blocks: Block[] }[] = [];
  const pattern = /^## (?<name>.*)$|^Rules: (?<rules>.*)$|^```(?<kind>\S+)(?<words>.*)\n(?<text>[^]*?)^```$/gm;
  for (const { groups } of readFileSync(path, "utf8").matchAll(pattern)) {
    const { name, rules, kind, words, text } = groups as Record<string, string | undefined>;
    if (name !== undefined) cases.push({ name, rules: [], blocks: [] });
    else if (rules !== undefined) cases.at(-1)?.rules.push(...rules.split(", ").map(ruleOf));
    else cases.at(-1)?.blocks.push({
      kind: kind!,
      words: words!.split(" ").filter((word) => word !== ""),
      text: kind === "events" || kind === "findings" ? text! : unescape(text!),
    });
  }
  return cases;
}

function ruleOf(text: string): readonly [string, string] {
  const [rule = "", kind = ""] = text.split(" ");
  return [rule, kind];
}

/** The one block of a kind. */
export function blockOf(test: Case, kind: string): Block {
  const found = test.blocks.filter((block) => block.kind === kind);
  if (found.length !== 1) throw new Error(`${test.name}: expected one block ${kind}, found ${found.length}`);
  return found[0]!;
}

function unescape(text: string): string {
  const codes: Readonly<Record<string, string>> = { r: "\r", t: "\t", 0: "\0" };
  return text.replace(/\\\n$/, "").replace(/\\(?:x([0-9a-f]{2})|([rt0]))/g, (_whole, hex: string | undefined, letter: string) => (
    hex === undefined ? codes[letter]! : String.fromCharCode(Number.parseInt(hex, 16))
  ));
}
