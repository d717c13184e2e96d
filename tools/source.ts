// Reads TypeScript, AssemblyScript and JavaScript just deep enough for the lint: code without comments and strings,
// what a file imports, and how long its functions are.
//
// In: a file's text. Out: text of the same length and lines, import specifiers with their lines, function spans.
// It is no parser (TypeScript 7 ships no compiler API): it knows comments, strings, templates, regular expressions, brackets.

export interface Import {
  readonly specifier: string;
  readonly line: number;
}

export interface FunctionSpan {
  readonly name: string;
  readonly line: number;
  readonly lines: number;
}

const blank = (text: string): string => text.replace(/[^\n]/g, " ");

/** Before a `/`, these mean that a regular expression begins and not a division. */
const BEFORE_REGEXP = /(?:^|[([{=:,;!&|?+<>~\n}]|\breturn|\btypeof|\bcase)\s*$/;

/** The code alone: comments, and the insides of strings and regular expressions, become blanks. Quotes stay. */
export function codeOnly(text: string): string {
  let out = "";
  const depths: number[] = []; // One entry per open template: how many braces are open inside its `${`.
  for (let index = 0; index < text.length; ) {
    const end = templateEnd(text, index, depths) ?? tokenEnd(text, index, out);
    if (end === undefined) {
      out += text[index];
      index += 1;
      continue;
    }
    const token = text.slice(index, end);
    const quoted = /^["'/`}]/.test(token) && !/^\/[/*]/.test(token) && token.length > 1;
    out += quoted ? token[0] + blank(token.slice(1, -1)) + token.at(-1) : blank(token);
    index = end;
  }
  return out;
}

/** Where a comment, a string or a regular expression that starts here ends; undefined for anything else. */
function tokenEnd(text: string, index: number, before: string): number | undefined {
  if (text.startsWith("//", index)) return text.includes("\n", index) ? text.indexOf("\n", index) : text.length;
  if (text.startsWith("/*", index)) return text.includes("*/", index + 2) ? text.indexOf("*/", index + 2) + 2 : text.length;
  const quote = text[index];
  if (quote === '"' || quote === "'") return closing(text, index, quote);
  if (quote === "/" && BEFORE_REGEXP.test(before.slice(-40))) return closing(text, index, "/");
  return undefined;
}

/** The end of a piece of template text that starts here: a backtick, or the brace that closes a `${`. */
function templateEnd(text: string, index: number, depths: number[]): number | undefined {
  const character = text[index];
  const innermost = depths.length - 1;
  if (character === "{" && innermost >= 0) depths[innermost]! += 1;
  const closes = character === "}" && innermost >= 0 && depths[innermost]! === 0;
  if (character === "}" && innermost >= 0 && !closes) depths[innermost]! -= 1;
  if (character !== "`" && !closes) return undefined;
  if (closes) depths.pop();
  for (let at = index + 1; at < text.length; at++) {
    if (text[at] === "\\") at += 1;
    else if (text[at] === "`") return at + 1;
    else if (text.startsWith("${", at)) {
      depths.push(0);
      return at + 2;
    }
  }
  return text.length;
}

function closing(text: string, start: number, quote: string): number {
  let inClass = false;
  for (let at = start + 1; at < text.length; at++) {
    const character = text[at];
    if (character === "\\") at += 1;
    else if (character === "\n") return at;
    else if (quote === "/" && character === "[") inClass = true;
    else if (quote === "/" && character === "]") inClass = false;
    else if (character === quote && !inClass) return at + 1;
  }
  return text.length;
}

export function lineAt(text: string, index: number): number {
  let line = 1;
  for (let at = text.indexOf("\n"); at >= 0 && at < index; at = text.indexOf("\n", at + 1)) line += 1;
  return line;
}

/** Every specifier that a file imports, exports from, loads when needed or names by `new URL`. */
export function importsOf(text: string): Import[] {
  const code = codeOnly(text);
  const imports = [...code.matchAll(/\b(?:from|import\s*\(?|new URL\()\s*"/g)].map((match) => {
    const start = match.index + match[0].length;
    return { specifier: text.slice(start, code.indexOf('"', start)), line: lineAt(text, start) };
  });
  return imports.filter(({ specifier }) => !/^[./]+$/.test(specifier)); // `new URL("..")` names a folder.
}

const CONTROL = new Set(["if", "for", "while", "switch", "catch", "with", "do", "else", "try", "finally"]);

interface Block {
  readonly header: string;
  readonly headerStart: number;
  readonly headerEnd: number;
  readonly parentheses: number;
  readonly literal: boolean;
}

/** Functions, methods and arrow functions with a body in braces. */
export function functionsOf(text: string): FunctionSpan[] {
  const code = codeOnly(text);
  const found: FunctionSpan[] = [];
  const blocks: Block[] = [];
  let headerStart = 0;
  let parentheses = 0;
  for (let at = 0; at < code.length; at++) {
    const character = code[at];
    if (character === "(" || character === "[") parentheses += 1;
    else if (character === ")" || character === "]") parentheses -= 1;
    else if (character === ";" && parentheses === 0) headerStart = at + 1;
    else if (character === "{") {
      const header = code.slice(headerStart, at).replace(/^[\s,]+/, "").trimEnd();
      const headerEnd = headerStart + code.slice(headerStart, at).trimEnd().length;
      blocks.push({ header, headerStart, headerEnd, parentheses, literal: /[:|&<,(=[?]$/.test(header) });
      headerStart = at + 1;
      parentheses = 0;
    } else if (character === "}") {
      const block = blocks.pop();
      if (!block) continue;
      const span = functionSpan(text, block, at);
      if (span) found.push(span);
      parentheses = block.parentheses;
      headerStart = block.literal ? block.headerStart : at + 1;
    }
  }
  return found;
}

function functionSpan(text: string, block: Block, end: number): FunctionSpan | undefined {
  const { header } = block;
  const name = functionName(header);
  if (block.literal || name === undefined) return undefined;
  // An arrow function inside a call is counted from its own line, not from the statement's.
  const start = header.endsWith("=>") ? block.headerEnd : block.headerEnd - header.length;
  const line = lineAt(text, start);
  return { name, line, lines: lineAt(text, end) - line + 1 };
}

function functionName(header: string): string | undefined {
  if (header.endsWith("=>")) return /(?:const|let) (\w+)/.exec(header)?.[1] ?? "arrow function";
  const named = /\bfunction\b\s*\*?\s*(\w*)/.exec(header);
  if (named) return named[1] === "" ? "function" : named[1];
  const method = /^(?:(?:public|private|protected|static|async|get|set|override|readonly)\s+|\*\s*)*(#?\w+)\s*(?:<[^(]*>)?\(/.exec(header);
  return method && !CONTROL.has(method[1]!) ? method[1] : undefined;
}
