// Interprets upgrade scripts and settings files (docs/STARTUP.md, The script language).
//
// In: bytes of a file, from the offset it asks for; it never reads anything itself. Out: parameters set, one event for
// each statement, a file to GET, and how the script ended. The first pass over a file only indexes its tags and decides
// whether it is a script at all; GOTO then asks for the bytes at a tag.

import { ScriptEffect, ScriptWhy, Source, ValueWhy } from "../../hal/events";
import { asciiEqual, asciiIsBlank, asciiNumber } from "../base/ascii";
import { bytesCopy, bytesEqual } from "../base/bytes";
import {
  FILE_NAME_BYTES_MAX, SCRIPT_BYTES_MAX, SCRIPT_DEPTH_MAX, SCRIPT_READ_BYTES_MAX, STATEMENTS_PER_POLL_MAX, STATEMENT_COUNT_MAX,
  TAG_BYTES_MAX, VALUE_BYTES_MAX,
} from "../config";
import { macrosExpand } from "../settings/macros";
import { parameterFind, parameterSet } from "../settings/parameters";
import { Parameter } from "../settings/table";
import { ValueType, valueCheck } from "../settings/values";
import {
  LineKind, lexerLine, lexerNameBytes, lexerNamePtr, lexerTagBytes, lexerTagPtr, lexerValueBytes, lexerValuePtr, lexerWhole, lexerWhy,
} from "./lexer";
import { namesEqual, namesFind, namesFix } from "./names";
import { reportFile, reportName, reportStatement, reportTag, reportValue } from "./report";
import {
  scriptLineBytes, scriptLineComplete, scriptLineOffset, scriptLinePending, scriptLinePtr, scriptLineStart, scriptLineTake,
  scriptLineTooLong, scriptLineUtf16,
} from "./script-line";
import { tagsAdd, tagsFind, tagsInit, tagsLine, tagsOffset } from "./tags";

export enum ScriptStatus {
  Running = 0,
  WantsGet = 1,
  Ended = 2,
}

/** What is being done with the lines that come in. */
enum Pass {
  Index = 0,
  Run = 1,
  /** Reads the line of a tag that may be the one a GOTO named. */
  Seek = 2,
  Lex = 3,
}

const TARGET = memory.data(TAG_BYTES_MAX, 8); // The tag that is looked for.
const GET_NAME = memory.data(FILE_NAME_BYTES_MAX, 8);

// Of the whole start-up.
let lexOnly: bool = false;
let depth: i32 = 0;
let statementTotal: i32 = 0;
let readBytes: u32 = 0;
let pollBudget: i32 = 0;

// Of this file.
let status: ScriptStatus = ScriptStatus.Ended;
let why: ScriptWhy = ScriptWhy.None;
let pass: Pass = Pass.Index;
let fileSource: Source = Source.Script;
let fileSecure: bool = false;
let fileBytes: u32 = 0;
let offset: u32 = 0;
let line: u32 = 0;
let jumped: bool = false;
let wholeCount: i32 = 0; // Well-formed statements seen while indexing or lexing.
let statementCount: i32 = 0;
let tagsFull: bool = false;
let textSeen: bool = false;
let markup: bool = false;
let getBytes: i32 = 0;

// Of the GOTO under way.
let targetBytes: i32 = 0;
let candidate: i32 = 0;
let fallback: i32 = -1; // The first tag that differs in case only.
let gotoLine: u32 = 0;

/** Starts anew: no file, nothing counted. */
export function interpreterInit(): void {
  lexOnly = false;
  depth = 0;
  statementTotal = 0;
  readBytes = 0;
  status = ScriptStatus.Ended;
  why = ScriptWhy.None;
  interpreterPollStart();
}

/** From the next file on, lines are only reported, one event each; nothing is executed. */
export function interpreterLex(on: bool): void {
  lexOnly = on;
}

/** Fixes what IF sees; the names are of the files in use, empty for none. */
export function interpreterNames(bootPtr: usize, bootBytes: i32, appPtr: usize, appBytes: i32): void {
  namesFix(bootPtr, bootBytes, appPtr, appBytes);
}

/** Gives this poll its budget of statements. */
export function interpreterPollStart(): void {
  pollBudget = STATEMENTS_PER_POLL_MAX;
}

/** Whether the next file came over HTTPS: only such a one may set AUTH to 1. */
export function interpreterSecure(isSecure: bool): void {
  fileSecure = isSecure;
}

/** Begins a file: the first one, or the one that a GET obtained. Its bytes are asked for from offset 0. */
export function interpreterFileStart(namePtr: usize, nameBytes: i32, bytes: u32, source: Source): void {
  assert(source == Source.Script || source == Source.Settings);
  assert(depth < SCRIPT_DEPTH_MAX);
  reportFile(namePtr, nameBytes);
  tagsInit();
  fileSource = source;
  fileBytes = bytes;
  depth++;
  wholeCount = statementCount = 0;
  tagsFull = textSeen = markup = false;
  status = ScriptStatus.Running;
  why = ScriptWhy.None;
  pass = lexOnly ? Pass.Lex : Pass.Index;
  interpreterJump(0, 0);
  if (bytes > SCRIPT_BYTES_MAX) interpreterFinish(ScriptWhy.TooLarge);
}

/** The next bytes wanted begin here. */
export function interpreterOffset(): u32 {
  return offset;
}

/** Takes bytes from `interpreterOffset` on. Returns how many; fewer after a jump, at a GET, or when the poll's budget is used. */
export function interpreterPush(ptr: usize, bytes: i32): i32 {
  assert(bytes >= 0);
  assert(<u32>bytes <= fileBytes - offset);
  let accepted: i32 = 0;
  jumped = false;
  while (accepted < bytes && !jumped && status == ScriptStatus.Running && pollBudget > 0) {
    accepted += interpreterTake(ptr + <usize>accepted, bytes - accepted);
  }
  return accepted;
}

function interpreterTake(ptr: usize, bytes: i32): i32 {
  const taken = scriptLineTake(ptr, bytes);
  offset += <u32>taken;
  readBytes += <u32>taken;
  if (readBytes > SCRIPT_READ_BYTES_MAX) interpreterFinish(ScriptWhy.StepLimit);
  else if (scriptLineComplete()) interpreterLine();
  return taken;
}

/** Says that `interpreterOffset` is the file's end: a last line without an end counts, then the pass is over. */
export function interpreterPushEnd(): void {
  assert(offset == fileBytes);
  if (status != ScriptStatus.Running) return;
  jumped = false;
  if (scriptLinePending()) interpreterLine();
  if (jumped || status != ScriptStatus.Running) return;
  if (pass == Pass.Run) {
    interpreterFinish(ScriptWhy.EndOfFile);
  } else if (wholeCount == 0 || markup) {
    interpreterFinish(ScriptWhy.NotAScript);
  } else if (pass == Pass.Lex) {
    interpreterFinish(ScriptWhy.EndOfFile);
  } else {
    pass = Pass.Run;
    interpreterJump(0, 0);
  }
}

export function interpreterStatus(): i32 {
  return status;
}

/** The file that is wanted, macros replaced. */
export function interpreterGetPtr(): usize {
  return GET_NAME;
}

export function interpreterGetBytes(): i32 {
  return getBytes;
}

/** How the GET went: obtained, and this file is left for good; or not, and the next line follows. */
export function interpreterGetResult(obtained: bool): void {
  assert(status == ScriptStatus.WantsGet);
  status = obtained ? ScriptStatus.Ended : ScriptStatus.Running;
  why = obtained ? ScriptWhy.FileFollowed : ScriptWhy.None;
  reportValue(GET_NAME, getBytes);
  interpreterReport(ScriptEffect.Get, obtained ? ScriptWhy.FileFollowed : ScriptWhy.FileNotObtained);
  scriptLineStart(offset);
}

/** How the file ended. */
export function interpreterWhy(): ScriptWhy {
  return why;
}

/** Statements of this file that had an effect. */
export function interpreterStatements(): i32 {
  return statementCount;
}

/** A line is whole: its number, then what this pass does with it. */
function interpreterLine(): void {
  line++;
  if (pass == Pass.Run) interpreterRunLine();
  else if (pass == Pass.Seek) interpreterSeekLine();
  else interpreterScanLine();
  // A jump has started its own line; at a GET the line is still needed for its report.
  if (!jumped && status == ScriptStatus.Running) scriptLineStart(offset);
}

/** Indexing and lexing read every line once, in order. */
function interpreterScanLine(): void {
  interpreterSniff();
  if (pass == Pass.Index && markup) {
    interpreterFinish(ScriptWhy.NotAScript);
    return;
  }
  const kind = lexerLine(scriptLinePtr(), scriptLineBytes());
  const tooLong = scriptLineTooLong();
  if (isStatement(kind) && !tooLong && lexerWhole()) wholeCount++;
  if (pass == Pass.Lex) interpreterLexLine(kind, tooLong);
  else if (kind == LineKind.Tag && !tooLong) interpreterIndexTag();
}

/** HTML by its first character, UTF-16 by its mark. */
function interpreterSniff(): void {
  if (scriptLineUtf16()) markup = true;
  const ptr = scriptLinePtr();
  const bytes = scriptLineBytes();
  if (textSeen || bytes == 0) return;
  textSeen = true;
  let at: usize = 0;
  while (asciiIsBlank(load<u8>(ptr + at))) at++; // The line does not end in a blank.
  if (load<u8>(ptr + at) == 0x3c) markup = true;
}

/** ADD is not supported in this release, so it makes no script of a file. */
function isStatement(kind: LineKind): bool {
  return kind == LineKind.Set || kind == LineKind.If || kind == LineKind.Goto || kind == LineKind.Get;
}

function interpreterIndexTag(): void {
  if (lexerTagBytes() > TAG_BYTES_MAX) return;
  if (tagsAdd(lexerTagPtr(), lexerTagBytes(), scriptLineOffset(), line) || tagsFull) return;
  tagsFull = true;
  reportValue(lexerTagPtr(), lexerTagBytes());
  interpreterReport(ScriptEffect.Ignored, ScriptWhy.TagLimit);
}

/** The effect says what the statement would do: set, get, or (GOTO and IF) be taken; an IF's event names its tag too. */
function interpreterLexLine(kind: LineKind, tooLong: bool): void {
  let effect = ScriptEffect.Ignored;
  if (kind == LineKind.Set) effect = ScriptEffect.Set;
  else if (kind == LineKind.Get) effect = ScriptEffect.Get;
  else if (kind == LineKind.Goto || kind == LineKind.If) effect = ScriptEffect.Taken;
  if (tooLong || !lexerWhole()) effect = ScriptEffect.Ignored;
  interpreterReportParts(kind);
  if (kind == LineKind.If) reportTag(lexerTagPtr(), lexerTagBytes());
  interpreterReport(effect, tooLong ? ScriptWhy.LineTooLong : interpreterLexWhy(kind));
}

function interpreterLexWhy(kind: LineKind): ScriptWhy {
  return kind == LineKind.Add && lexerWhole() ? ScriptWhy.NotSupported : lexerWhy();
}

function interpreterRunLine(): void {
  if (scriptLineTooLong()) {
    interpreterReport(ScriptEffect.Ignored, ScriptWhy.LineTooLong);
    return;
  }
  const kind = lexerLine(scriptLinePtr(), scriptLineBytes());
  if (kind == LineKind.Blank || kind == LineKind.Comment || kind == LineKind.Tag) return;
  if (kind != LineKind.Other && statementTotal == STATEMENT_COUNT_MAX) {
    interpreterFinish(ScriptWhy.StepLimit);
    return;
  }
  if (kind != LineKind.Other) statementTotal++;
  interpreterReportParts(kind);
  if (!isStatement(kind) || !lexerWhole()) interpreterReport(ScriptEffect.Ignored, interpreterLexWhy(kind));
  else if (kind == LineKind.Set) interpreterSet();
  else if (kind == LineKind.Get) interpreterGet();
  else if (kind == LineKind.If) interpreterIf();
  else interpreterGoto(ScriptEffect.Taken);
}

function interpreterSet(): void {
  const index = parameterFind(lexerNamePtr(), lexerNameBytes());
  if (index < 0) {
    interpreterReport(ScriptEffect.Ignored, ScriptWhy.UnknownParameter);
    return;
  }
  if (index == Parameter.AUTH && !fileSecure && asciiNumber(lexerValuePtr(), lexerValueBytes()) == 1) {
    interpreterReport(ScriptEffect.Ignored, ScriptWhy.NeedsHttps);
    return;
  }
  const valueWhy = parameterSet(index, lexerValuePtr(), lexerValueBytes(), fileSource);
  if (valueWhy == ValueWhy.None) interpreterReport(ScriptEffect.Set, lexerWhy());
  else if (valueWhy != ValueWhy.NotUsed) interpreterReport(ScriptEffect.Ignored, scriptWhy(valueWhy));
  else interpreterReport(ScriptEffect.Set, lexerWhy() == ScriptWhy.None ? ScriptWhy.KnownNotUsed : lexerWhy());
}

function scriptWhy(valueWhy: ValueWhy): ScriptWhy {
  if (valueWhy == ValueWhy.LowerRank) return ScriptWhy.LowerRank;
  return valueWhy == ValueWhy.WrongSource ? ScriptWhy.WrongSource : ScriptWhy.BadValue;
}

/** An undefined name skips the line; a defined one is compared without regard to case. */
function interpreterIf(): void {
  const index = namesFind(lexerNamePtr(), lexerNameBytes());
  if (index < 0) interpreterReport(ScriptEffect.Ignored, ScriptWhy.UndefinedName);
  else if (namesEqual(index, lexerValuePtr(), lexerValueBytes())) interpreterGoto(ScriptEffect.Taken);
  else interpreterReport(ScriptEffect.NotTaken, lexerWhy());
}

/** Reports the jump, then looks for its tag: as written first, then in any case; the first in the file wins. */
function interpreterGoto(effect: ScriptEffect): void {
  interpreterReport(effect, lexerWhy());
  gotoLine = line;
  fallback = -1;
  targetBytes = lexerTagBytes();
  if (targetBytes > TAG_BYTES_MAX) {
    interpreterFinish(ScriptWhy.TagNotFound);
    return;
  }
  bytesCopy(TARGET, lexerTagPtr(), targetBytes);
  interpreterSeek(0);
}

/** Asks for the next line whose tag may be the one; after the last, what differs in case only will do. */
function interpreterSeek(index: i32): void {
  candidate = tagsFind(TARGET, targetBytes, index);
  if (candidate >= 0) {
    pass = Pass.Seek;
    interpreterJump(tagsOffset(candidate), tagsLine(candidate) - 1);
  } else if (fallback >= 0) {
    pass = Pass.Run;
    interpreterJump(tagsOffset(fallback), tagsLine(fallback) - 1);
  } else {
    line = gotoLine;
    reportValue(TARGET, targetBytes);
    interpreterFinish(ScriptWhy.TagNotFound);
  }
}

function interpreterSeekLine(): void {
  pollBudget--; // Each candidate is read again, so it counts like a statement.
  const tag = lexerLine(scriptLinePtr(), scriptLineBytes()) == LineKind.Tag;
  if (tag && lexerTagBytes() == targetBytes && bytesEqual(TARGET, lexerTagPtr(), targetBytes)) {
    pass = Pass.Run;
    return;
  }
  if (tag && fallback < 0 && asciiEqual(TARGET, targetBytes, lexerTagPtr(), lexerTagBytes())) fallback = candidate;
  interpreterSeek(candidate + 1);
}

/** Stops at a GET until the caller says how it went. The event follows then; only text behind the name is reported at once. */
function interpreterGet(): void {
  const writtenBytes = lexerValueBytes();
  getBytes = writtenBytes > VALUE_BYTES_MAX ? -1 : macrosExpand(lexerValuePtr(), writtenBytes, GET_NAME, FILE_NAME_BYTES_MAX);
  if (getBytes <= 0 || valueCheck(ValueType.Word, 0, FILE_NAME_BYTES_MAX, GET_NAME, getBytes) != ValueWhy.None) {
    interpreterReport(ScriptEffect.Ignored, ScriptWhy.BadValue);
  } else if (depth == SCRIPT_DEPTH_MAX) {
    interpreterReport(ScriptEffect.Ignored, ScriptWhy.DepthLimit);
    interpreterFinish(ScriptWhy.DepthLimit);
  } else {
    if (lexerWhy() != ScriptWhy.None) reportStatement(line, scriptLinePtr(), scriptLineBytes(), ScriptEffect.Get, lexerWhy());
    status = ScriptStatus.WantsGet;
  }
}

function interpreterJump(target: u32, linesBefore: u32): void {
  offset = target;
  line = linesBefore;
  jumped = true;
  scriptLineStart(target);
}

function interpreterFinish(reason: ScriptWhy): void {
  status = ScriptStatus.Ended;
  why = reason;
  reportStatement(line, scriptLinePtr(), 0, ScriptEffect.End, reason);
}

/** Name and value of the line, for its event. */
function interpreterReportParts(kind: LineKind): void {
  reportName(lexerNamePtr(), lexerNameBytes());
  if (kind == LineKind.Goto || kind == LineKind.Tag) reportValue(lexerTagPtr(), lexerTagBytes());
  else if (isStatement(kind) || kind == LineKind.Add) reportValue(lexerValuePtr(), lexerValueBytes());
}

function interpreterReport(effect: ScriptEffect, reason: ScriptWhy): void {
  pollBudget--;
  if (effect != ScriptEffect.Ignored) statementCount++;
  reportStatement(line, scriptLinePtr(), scriptLineBytes(), effect, reason);
}
