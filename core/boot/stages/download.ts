// State `download`: the application or boot file comes and is judged. Nothing is erased before it is known what comes.
//
// Into staging, whole, with the verdict before all else. Where there is no staging, or BLOCKHASH asks for it, straight into the slot:
// then a block file is fetched first, and this state ends with the first block that is good, or without a block file
// with the first that has an image's header; `erase` and `write` go on with the rest (boot/direct).

import { Info, Kind, Mode, Option, Row, Status } from "../../../hal/abi";
import { BootState, ImageVerdict, Notice } from "../../../hal/events";
import { bytesCopy } from "../../base/bytes";
import { lineAddNumber, lineAddText, lineStart } from "../../base/line";
import { systemInfo, systemOption } from "../../base/system";
import { BLOCKS_SUFFIX, FLASH_FAILED, KB_RECEIVED, textBytes, textPtr } from "../../base/texts";
import { timeNow, timeWakeAt, timeWakeNow } from "../../base/time";
import { BLOCK_FILE_BYTES_MAX, DOWNLOAD_RESTARTS_MAX, FILE_NAME_BYTES_MAX, PROGRESS_US } from "../../config";
import { blockTableBytes, blockTableRoom } from "../../flash/block-table";
import { journalCounter } from "../../flash/journal";
import { layoutSlotBytes } from "../../flash/layout";
import { blocksCount, blocksFileBytes, blocksForget, blocksRead } from "../../image/blocks";
import { stagingIsOwn, stagingSize, stagingStore } from "../../image/staging";
import {
  validatorKind, validatorPayloadAt, validatorPayloadBytes, validatorPolicy, validatorRefuse, validatorReport, validatorVerdict,
  validatorWantBlockFile,
} from "../../image/validator";
import { parameterNumber } from "../../settings/parameters";
import { Parameter } from "../../settings/table";
import { screenClear, screenSetBytes, screenSetLine } from "../../ui/screen";
import { directBegin, directIsOpen, directStart } from "../direct";
import { Fetch, fetchBytes, fetchContinue, fetchPoll, fetchStart } from "../fetch";
import { heldPoll } from "../held";
import { modeGet } from "../mode";
import { refusalGoOn, refusalMessage, refusalPoll, refusalStart } from "../refusal";
import { APP_NOT_OBTAINED, statusNotice, statusSetApp } from "../status";
import { Target, transferVerifyPoll, transferVerifyReceived } from "../transfer";
import { handOffCanStore } from "./hand-off";

/** What a download is doing. */
enum Part {
  /** The block file: received, judged, and compared with what the slots hold. */
  Blocks,
  JudgeBlocks,
  Survey,
  Receive,
  Verify,
  /** A message is shown. */
  Message,
}

const KILOBYTE: u32 = 1024;
const NAME = memory.data(128, 8);
const BLOCKS_NAME = memory.data(128, 8);
const MODEL = memory.data(32, 8);

let nameBytes: i32 = 0;
let part: Part = Part.Receive;
let direct: bool = false;
let asked: bool = false;
let restartsLeft: i32 = 0;
let shownUs: u64 = 0;
let shownKilobytes: i32 = -1;

/** Names the file that the state `download` will fetch. */
export function downloadStart(ptr: usize, bytes: i32): void {
  assert(bytes > 0 && bytes <= FILE_NAME_BYTES_MAX);
  bytesCopy(NAME, ptr, bytes);
  nameBytes = bytes;
  restartsLeft = DOWNLOAD_RESTARTS_MAX;
}

export function downloadNamePtr(): usize {
  return NAME;
}

export function downloadNameBytes(): i32 {
  return nameBytes;
}

/** True when the file goes into its slot as it arrives. */
export function downloadIsDirect(): bool {
  return direct;
}

/** The way through staging is at its end: what waits in a slot is copied like a file that waits in staging. */
export function downloadStaged(): void {
  direct = false;
}

export function downloadEnter(): void {
  shownKilobytes = -1;
  shownUs = 0;
  asked = false;
  blocksForget();
  const telephone = modeGet() == Mode.Telephone && handOffCanStore();
  direct = telephone && stagingIsOwn();
  const named = nameBytes + textBytes(BLOCKS_SUFFIX);
  if (!telephone || named > FILE_NAME_BYTES_MAX || (!direct && parameterNumber(Parameter.BLOCKHASH) == 0)) return downloadFile();
  downloadPolicy();
  validatorWantBlockFile();
  bytesCopy(BLOCKS_NAME, NAME, nameBytes);
  bytesCopy(BLOCKS_NAME + <usize>nameBytes, textPtr(BLOCKS_SUFFIX), textBytes(BLOCKS_SUFFIX));
  part = Part.Blocks;
  fetchStart(BLOCKS_NAME, named, Target.Blocks, BLOCK_FILE_BYTES_MAX);
}

/** Without a table: into staging, or where there is none into a slot. */
function downloadFile(): void {
  downloadPolicy();
  part = Part.Receive;
  if (!direct) return fetchStart(NAME, nameBytes, Target.Image, <u32>stagingSize());
  directStart(Kind.Application);
  downloadFetch();
}

/** Asks a server for what is wanted of the file. */
export function downloadFetch(): void {
  if (asked) return fetchContinue();
  asked = true;
  fetchStart(NAME, nameBytes, Target.Slot, u32.MAX_VALUE);
}

/** True once `downloadFetch` was called. */
export function downloadIsAsked(): bool {
  return asked;
}

/** The verifying mode judges the file alone: any model, kind, counter and size. */
function downloadPolicy(): void {
  const telephone = modeGet() == Mode.Telephone;
  const modelBytes = telephone ? systemInfo(Info.Model, MODEL, 32) : 0;
  validatorPolicy(
    MODEL, modelBytes, telephone ? journalCounter(Kind.Boot) : 0, telephone ? journalCounter(Kind.Application) : 0,
    telephone ? layoutSlotBytes(Kind.Boot) : 0, telephone ? layoutSlotBytes(Kind.Application) : 0, systemOption(Option.Unsigned), telephone,
  );
}

export function downloadPoll(): BootState {
  switch (part) {
    case Part.Blocks: return downloadBlocks();
    case Part.JudgeBlocks: return downloadJudgeBlocks();
    case Part.Survey: return downloadSurvey();
    case Part.Receive: return downloadReceive();
    case Part.Verify: return downloadVerify();
    default: return refusalPoll(BootState.Download);
  }
}

/** A block file that cannot be had is done without. */
function downloadBlocks(): BootState {
  const how = fetchPoll();
  if (how == Fetch.Pending) return BootState.Download;
  timeWakeNow();
  if (how == Fetch.Obtained) {
    transferVerifyReceived();
    part = Part.JudgeBlocks;
  } else {
    if (validatorVerdict() != ImageVerdict.None) validatorReport(BLOCKS_NAME, nameBytes + textBytes(BLOCKS_SUFFIX));
    downloadFile();
  }
  return BootState.Download;
}

function downloadJudgeBlocks(): BootState {
  if (transferVerifyPoll() == Status.Pending) return BootState.Download;
  timeWakeNow();
  if (validatorVerdict() == ImageVerdict.Accepted) downloadReadBlocks();
  validatorReport(BLOCKS_NAME, nameBytes + textBytes(BLOCKS_SUFFIX), blocksCount());
  if (blocksCount() == 0) {
    downloadFile();
    return BootState.Download;
  }
  const kind = validatorKind();
  downloadPolicy();
  direct = true;
  directStart(kind);
  part = Part.Survey;
  return BootState.Download;
}

/** The table must be one, its file must fit the slot, and the slot's info area must have room for the table. */
function downloadReadBlocks(): void {
  const kind = validatorKind();
  const payload = stagingStore() + <usize>validatorPayloadAt();
  if (!blocksRead(payload, <i32>validatorPayloadBytes())) return validatorRefuse(ImageVerdict.NotABlockFile);
  if (blocksFileBytes() <= layoutSlotBytes(kind) && blockTableBytes(blocksCount()) <= blockTableRoom(kind)) return;
  blocksForget();
  validatorRefuse(ImageVerdict.NoRoom);
}

function downloadSurvey(): BootState {
  if (heldPoll() == Status.Pending) return BootState.Download;
  directBegin();
  if (directIsOpen()) return BootState.Erase;
  downloadFetch();
  part = Part.Receive;
  return BootState.Download;
}

function downloadReceive(): BootState {
  if (direct && directIsOpen()) return BootState.Erase; // A poll later, so that the screen shows what came.
  const how = fetchPoll();
  downloadShow(how == Fetch.Obtained);
  if (direct && directIsOpen()) return BootState.Download;
  if (how == Fetch.Pending) return BootState.Download;
  if (how == Fetch.Obtained) {
    part = Part.Verify;
    transferVerifyReceived();
    timeWakeNow();
    return BootState.Download;
  }
  if (how == Fetch.Refused && validatorVerdict() != ImageVerdict.None) return downloadRejected();
  if (!downloadIsChanged(how)) return downloadMissed(how);
  downloadEnter();
  timeWakeNow();
  return BootState.Download;
}

/** True for a file that changed on the server: it is begun anew, a few times. */
export function downloadIsChanged(how: Fetch): bool {
  if (how != Fetch.Changed || restartsLeft == 0) return false;
  restartsLeft--;
  return true;
}

/** The file was not obtained. */
export function downloadMissed(how: Fetch): BootState {
  statusSetApp(APP_NOT_OBTAINED);
  if (how == Fetch.Refused) statusNotice(Notice.NoRoom);
  if (how == Fetch.NoServer) statusNotice(Notice.NoFileServer);
  return refusalGoOn();
}

/** `app_filename` over `n KB received`, from the first byte on, at most every 100 ms; a further try begins without it. */
function downloadShow(whole: bool): void {
  if (modeGet() != Mode.Telephone) return;
  if (fetchBytes() == 0) {
    if (shownKilobytes >= 0) screenClear(Row.Prompt);
    shownKilobytes = -1;
    return;
  }
  const kilobytes = <i32>(fetchBytes() / KILOBYTE);
  if (kilobytes == shownKilobytes) return;
  if (!whole && timeNow() < shownUs + PROGRESS_US) return timeWakeAt(shownUs + PROGRESS_US);
  shownUs = timeNow();
  shownKilobytes = kilobytes;
  screenSetBytes(Row.Title, NAME, nameBytes);
  lineStart();
  lineAddNumber(kilobytes);
  lineAddText(KB_RECEIVED);
  screenSetLine(Row.Prompt);
}

function downloadVerify(): BootState {
  if (transferVerifyPoll() == Status.Pending) return BootState.Download;
  if (validatorVerdict() != ImageVerdict.Accepted) return downloadRejected();
  validatorReport(NAME, nameBytes);
  if (modeGet() != Mode.Telephone) return BootState.Ended;
  if (handOffCanStore()) return BootState.Erase;
  statusNotice(Notice.FlashFailed);
  refusalMessage(FLASH_FAILED);
  part = Part.Message;
  return BootState.Download;
}

/** Says why; nothing was erased. */
function downloadRejected(): BootState {
  validatorReport(NAME, nameBytes);
  if (modeGet() != Mode.Telephone) return BootState.Ended;
  refusalStart(NAME, nameBytes);
  part = Part.Message;
  return BootState.Download;
}
