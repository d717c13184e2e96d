// Reads the list of telephones of `explain --phones`: CSV with the columns mac, model and group, in any order.
//
// In: the file's bytes. Out: telephones, or a UsageError that names the line and what is wanted there. Further columns are not looked at.

import type { Phone } from "../explain/compare.js";
import { macText } from "../explain/mac-text.js";
import { macValue, modelValue, numberValue } from "./option-values.js";
import { MODEL_DEFAULT } from "./options.js";
import { UsageError } from "./usage.js";

const ROWS_MAX = 100_000;
const GROUP_MAX = 999;
const EXAMPLE = "the first line names the columns: mac,model,group";

interface Row {
  readonly line: number;
  readonly cells: readonly string[];
}

/** Reads the whole list. */
export function readPhones(bytes: Uint8Array, path: string): Phone[] {
  const [head, ...rows] = rowsOf(textOf(bytes, path), path);
  if (head === undefined) throw new UsageError(`${path}: it is empty; ${EXAMPLE}`);
  const columns = head.cells.map((cell) => cell.trim().toLowerCase());
  const repeated = columns.find((name, index) => name !== "" && columns.indexOf(name) !== index);
  if (repeated !== undefined) throw new UsageError(`${path}:${head.line}: two columns are named ${JSON.stringify(repeated)}`);
  if (!columns.includes("mac")) throw new UsageError(`${path}:${head.line}: there is no column mac; ${EXAMPLE}`);
  if (rows.length > ROWS_MAX) throw new UsageError(`${path}: it has ${rows.length} rows; at most ${ROWS_MAX} are read`);
  const seen = new Map<string, number>();
  return rows.map((row) => phoneOf(row, columns, path, seen));
}

function textOf(bytes: Uint8Array, path: string): string {
  if (bytes.includes(0)) throw new UsageError(`${path}: it holds zero bytes; save it as CSV in UTF-8, not as UTF-16 and not as a workbook`);
  return new TextDecoder("utf-8").decode(bytes);
}

function phoneOf({ line, cells }: Row, columns: readonly string[], path: string, seen: Map<string, number>): Phone {
  if (cells.length !== columns.length) {
    throw new UsageError(`${path}:${line}: ${cells.length} values, and the first line names ${columns.length} columns`);
  }
  const cell = (name: string): string => cells[columns.indexOf(name)]?.trim() ?? "";
  const mac = at(path, line, () => macValue(cell("mac")));
  const before = seen.get(macText(mac));
  if (before !== undefined) throw new UsageError(`${path}:${line}: line ${before} has the same mac ${macText(mac)}`);
  seen.set(macText(mac), line);
  const model = at(path, line, () => modelValue(cell("model") || MODEL_DEFAULT));
  const group = at(path, line, () => String(numberValue("group", cell("group") || "0", 0, GROUP_MAX)));
  return { mac, model, group };
}

/** The readers of options say which option; here it is a column of a line. */
function at<T>(path: string, line: number, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof UsageError) throw new UsageError(`${path}:${line}: ${error.message.replace(/^--/, "")}`);
    throw error;
  }
}

/** Rows that are not blank; cells in quotes may hold the separator, quotes twice, and newlines (RFC 4180). */
function rowsOf(text: string, path: string): Row[] {
  const separator = /^[^\n,]*;/.test(text) ? ";" : ",";
  const rows: Row[] = [];
  let cells: string[] = [];
  let line = 1;
  let start = 1;
  const cell = new RegExp(`(?:"((?:[^"]|"")*)"[ \\t]*|([^"\\r\\n${separator}]*))(${separator}|\\r?\\n|$)`, "y");
  const endRow = (): void => {
    if (cells.some((value) => value.trim() !== "")) rows.push({ line: start, cells });
    cells = [];
    start = line;
  };
  while (cell.lastIndex < text.length) {
    const match = cell.exec(text);
    if (match === null) throw new UsageError(`${path}:${line}: a quote stands where none can; a value in quotes begins and ends with one`);
    const [whole, quoted, bare, end] = match;
    cells.push(quoted === undefined ? bare! : quoted.replaceAll('""', '"'));
    line += whole.split("\n").length - 1;
    if (end === separator && cell.lastIndex === text.length) cells.push("");
    if (end !== separator) endRow();
  }
  if (cells.length > 0) endRow();
  return rows;
}
