// Readers for the expectations of boot: text in, one typed expectation out, or a UsageError that says what to type instead.

import { ExpectFileError, readExpectFile } from "../checks/expect-file.js";
import type { Expectation } from "../checks/expectation.js";
import { regexFault } from "../checks/regex.js";
import { maskStatement, maskUrl } from "../secrets.js";
import { UsageError } from "./usage.js";

/** `NAME=VALUE` or `NAME~REGEX`. Any NAME is taken: one that no telephone has fails as an expectation. */
export function expectValue(text: string): Expectation {
  const [, name, sign, value = ""] = /^([A-Za-z0-9_]+)([=~])(.*)$/s.exec(text) ?? [];
  if (name === undefined) {
    const shown = JSON.stringify(maskStatement(text));
    throw new UsageError(`--expect ${shown}: NAME=VALUE or NAME~REGEX is needed, such as SIPDOMAIN=example.com`);
  }
  const fault = sign === "~" ? regexFault(name, value) : undefined;
  if (fault !== undefined) throw new UsageError(`--expect ${name}~…: ${fault}`);
  return { kind: "parameter", text: `--expect ${text}`, name: name.toUpperCase(), how: sign === "~" ? "matches" : "equals", value };
}

/** `PATH` or `PATH=STATUS`. */
export function expectGetValue(text: string): Expectation {
  const [, before = "", behind] = /^(.*?)(?:=(\d*))?$/s.exec(text) ?? [];
  const isStatus = behind === undefined || /^[1-5]\d\d$/.test(behind);
  const [path, status] = !isStatus && before.includes("?") ? [text, undefined] : [before, behind]; // `a.php?mac=1` has none.
  if (path === "" || (status !== undefined && !isStatus)) {
    throw new UsageError(`--expect-get ${JSON.stringify(maskUrl(text))}: PATH or PATH=STATUS is needed, such as 46xxsettings.txt=200`);
  }
  return { kind: "get", text: `--expect-get ${text}`, path, ...(status === undefined ? {} : { status: Number(status) }) };
}

/** A part of a line of the screen. */
export function expectTextValue(text: string): Expectation {
  if (text === "") throw new UsageError('--expect-text "" is on every screen; give a text such as "Enter username"');
  return { kind: "screen", text: `--expect-text ${JSON.stringify(text)}`, shows: text };
}

/** What stands in a file of expectations. */
export function expectFileValue(path: string, read: (path: string) => string): Expectation[] {
  try {
    return readExpectFile(read(path), path);
  } catch (error) {
    if (error instanceof ExpectFileError) throw new UsageError(`--expect-file: ${error.message}`);
    throw error;
  }
}
