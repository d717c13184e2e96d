// The only file that moves bytes between stages: stream → answer → staging and validator, staging → interpreter,
// staging → flash, flash → validator. Each call moves at most a poll's work; what a stage does not take stays where it is.

import { Status } from "../../hal/abi";
import { HttpWhy, ImageVerdict, Source } from "../../hal/events";
import { bytesCopy } from "../base/bytes";
import { timeWakeNow } from "../base/time";
import { SPAN_BYTES_MAX, WORK_BYTES_MAX } from "../config";
import { deviceRead } from "../flash/device";
import { layoutSlotOffset } from "../flash/layout";
import { writerPush } from "../flash/writer";
import { responseDone, responseEnd, responseHasHead, responsePush, responseSpan, responseTake, responseWhy } from "../http/response";
import { stagingInit, stagingRead, stagingSize, stagingStore, stagingWrite } from "../image/staging";
import {
  validatorFinish, validatorInit, validatorIsComplete, validatorPush, validatorRescanBytes, validatorVerdict,
} from "../image/validator";
import { trustSetWrite } from "../image/trust-set";
import { streamReceive } from "../net/tcp-stream";
import {
  interpreterFileStart, interpreterOffset, interpreterPollStart, interpreterPush, interpreterPushEnd, interpreterStatus,
} from "../script/interpreter";
import { directAnswer, directBytes, directKind, directSlot, directTake, directWhy } from "./direct";

/** Where bytes are read from. */
enum Place {
  Staging,
  Store,
  Flash,
}

/** Where a file's bytes go. */
export enum Target {
  Script,
  Image,
  /** A block file, into the core's own store. */
  Blocks,
  /** Software that goes into its slot as it arrives: boot/direct. */
  Slot,
}

const SPAN = memory.data(4096, 8);
const INTERPRETER_RUNNING: i32 = 0;
/** Body pieces that one poll stores: with receiving, half of the HAL calls that it may make. */
const SPANS_PER_POLL_MAX: i32 = 32;

let spanAt: i32 = 0;
let spanEnd: i32 = 0;
let headGiven: bool = false;
let accepted: bool = false;
let target: Target = Target.Script;
let baseBytes: u32 = 0;
let limitBytes: u32 = 0;
let storedBytes: u32 = 0;
let spanCount: i32 = 0;
let scriptBase: u32 = 0;
let scriptBytes: u32 = 0;
let readBytes: u32 = 0;
let endBytes: u32 = 0;
let sourceOffset: u32 = 0;
let source: Place = Place.Staging;
let why: HttpWhy = HttpWhy.None;

/** Forgets the script in use; the next file goes to the start of staging. */
export function transferInit(): void {
  stagingInit();
  scriptBase = 0;
  scriptBytes = 0;
}

/** Staging for one script: half of it, because the one in use stays while another is fetched. */
export function transferScriptRoom(): u32 {
  return <u32>stagingSize() / 2;
}

/** Prepares for one answer. Its body may not be longer than `limit` bytes. */
export function transferStart(into: Target, limit: u32): void {
  target = into;
  limitBytes = limit;
  baseBytes = into == Target.Script && scriptBytes > 0 && scriptBase == 0 ? transferScriptRoom() : 0;
  storedBytes = 0;
  spanAt = 0;
  spanEnd = 0;
  headGiven = false;
  accepted = false;
  why = HttpWhy.None;
  if (into == Target.Image || into == Target.Blocks) validatorInit();
  if (into == Target.Slot) directAnswer();
}

/** The head is good: the body may come. */
export function transferAccept(): void {
  accepted = true;
}

/** Bytes of the file so far. */
export function transferBytes(): u32 {
  return target == Target.Slot ? directBytes() : storedBytes;
}

/** Why the bytes were refused, or None: TooLarge, or FileRefused with the validator's verdict. */
export function transferWhy(): HttpWhy {
  return target == Target.Slot ? directWhy() : why;
}

/**
 * Moves what has arrived. Returns the bytes moved, or Closed or Reset once nothing is left. It stops early when the head
 * is there to be looked at, when the answer is complete, and when somebody refuses.
 */
export function transferReceive(handle: i32): i32 {
  let movedBytes: i32 = 0;
  spanCount = 0;
  while (movedBytes < WORK_BYTES_MAX) {
    if (spanAt == spanEnd) {
      const bytes = streamReceive(handle, SPAN, SPAN_BYTES_MAX);
      if (bytes == Status.Closed) responseEnd();
      if (bytes <= 0) return bytes < 0 ? bytes : movedBytes;
      spanAt = 0;
      spanEnd = bytes;
      movedBytes += bytes;
    }
    if (transferSpan()) return movedBytes;
  }
  timeWakeNow();
  return movedBytes;
}

/** Takes the rest of the span; true when the caller must look. */
function transferSpan(): bool {
  while (spanAt < spanEnd) {
    spanAt += responsePush(SPAN + <usize>spanAt, spanEnd - spanAt);
    if (responseWhy() != HttpWhy.None || transferWhy() != HttpWhy.None) return true;
    if (spanCount == SPANS_PER_POLL_MAX) {
      timeWakeNow(); // A server that sends chunks of a byte may not fill a poll with calls.
      return true;
    }
    if (responseHasHead() && !headGiven) {
      headGiven = true;
      return true;
    }
    if (responseDone()) return true;
    const bodyBytes = responseSpan(spanEnd - spanAt);
    if (bodyBytes == 0) continue;
    const taken = accepted ? transferBody(SPAN + <usize>spanAt, bodyBytes) : 0;
    if (taken == 0) return true;
    responseTake(taken);
    spanAt += taken;
  }
  return responseDone();
}

/** Bytes taken: all of them, or where they go into a slot as many as there is room for. 0 when somebody refuses, or has to wait. */
function transferBody(ptr: usize, bytes: i32): i32 {
  spanCount++;
  if (target == Target.Slot) return directTake(ptr, bytes);
  if (<u32>bytes > limitBytes - storedBytes || transferStore(ptr, bytes) < 0) {
    why = HttpWhy.TooLarge;
    return 0;
  }
  storedBytes += bytes;
  if (target == Target.Script) return bytes;
  validatorPush(ptr, bytes);
  if (validatorVerdict() == ImageVerdict.None) return bytes;
  why = HttpWhy.FileRefused;
  return 0;
}

function transferStore(ptr: usize, bytes: i32): i32 {
  if (target != Target.Blocks) return stagingWrite(baseBytes + storedBytes, ptr, bytes);
  bytesCopy(stagingStore() + <usize>storedBytes, ptr, bytes);
  return Status.Ok;
}

/** The script just fetched takes the place of the one in use. */
export function transferScriptStart(namePtr: usize, nameBytes: i32, source: Source): void {
  scriptBase = baseBytes;
  scriptBytes = storedBytes;
  interpreterFileStart(namePtr, nameBytes, scriptBytes, source);
}

/** Lets the interpreter work through the script in use until it wants something, ends, or the poll's work is done. */
export function transferInterpret(): void {
  interpreterPollStart();
  for (let movedBytes: i32 = 0; movedBytes < WORK_BYTES_MAX && interpreterStatus() == INTERPRETER_RUNNING;) {
    const offset = interpreterOffset();
    if (offset >= scriptBytes) {
      interpreterPushEnd();
      movedBytes += SPAN_BYTES_MAX;
      continue;
    }
    const leftBytes = scriptBytes - offset;
    const bytes: i32 = leftBytes > <u32>SPAN_BYTES_MAX ? SPAN_BYTES_MAX : <i32>leftBytes;
    stagingRead(scriptBase + offset, SPAN, bytes);
    movedBytes += bytes;
    if (interpreterPush(SPAN, bytes) == 0 && interpreterOffset() == offset) break;
  }
  if (interpreterStatus() == INTERPRETER_RUNNING) timeWakeNow();
}

/** Starts to hand a PEM file in staging to the secure element. Returns Ok, or its failure. */
export function transferTrustStart(): i32 {
  readBytes = 0;
  endBytes = storedBytes;
  return trustSetWrite(0, SPAN, 0); // A file without a byte is one, too: what was handed over before it is no part of it.
}

/** Returns Ok when all of it is there, Pending, or the element's failure. */
export function transferTrustPoll(): i32 {
  for (let movedBytes: i32 = 0; movedBytes < WORK_BYTES_MAX && readBytes < endBytes;) {
    const bytes = transferLeft();
    stagingRead(baseBytes + readBytes, SPAN, bytes);
    const status = trustSetWrite(readBytes, SPAN, bytes);
    if (status < 0) return status;
    readBytes += bytes;
    movedBytes += bytes;
  }
  if (readBytes == endBytes) return Status.Ok;
  timeWakeNow();
  return Status.Pending;
}

/** Starts to hand the file in staging to the writer. */
export function transferWriteStart(fileBytes: u32): void {
  source = Place.Staging;
  transferWriteBegin(fileBytes);
}

/** Starts to hand the writer a file that waits in a slot of the other kind. */
export function transferCopyStart(kind: i32, slot: i32, fileBytes: u32): void {
  source = Place.Flash;
  sourceOffset = layoutSlotOffset(kind, slot);
  transferWriteBegin(fileBytes);
}

function transferWriteBegin(fileBytes: u32): void {
  readBytes = 0;
  endBytes = fileBytes;
  spanAt = 0;
  spanEnd = 0;
}

/** Moves the file to the writer. Returns Ok when all of it is taken, Pending, or the writer's failure. */
export function transferWritePoll(): i32 {
  for (let movedBytes: i32 = 0; movedBytes < WORK_BYTES_MAX && readBytes < endBytes;) {
    if (spanAt == spanEnd) {
      const bytes = transferLeft();
      if (source == Place.Flash) writerPush(SPAN, 0); // It says when the chip can be read again.
      const status = transferRead(readBytes, bytes);
      if (status < 0) return status == Status.Busy ? Status.Pending : status;
      spanAt = 0;
      spanEnd = bytes;
    }
    const taken = writerPush(SPAN + <usize>spanAt, spanEnd - spanAt); // A page at most.
    if (taken < 0) return taken;
    if (taken == 0) return Status.Pending;
    spanAt += taken;
    readBytes += taken;
    movedBytes += taken;
  }
  if (readBytes == endBytes) return Status.Ok;
  timeWakeNow();
  return Status.Pending;
}

/** Starts to judge the file that was received, whose bytes the validator saw as they came. */
export function transferVerifyReceived(): void {
  source = target == Target.Blocks ? Place.Store : target == Target.Slot ? Place.Flash : Place.Staging;
  if (target == Target.Slot) sourceOffset = layoutSlotOffset(directKind(), directSlot());
  readBytes = storedBytes;
  endBytes = storedBytes;
}

/** Starts to judge what a slot holds. */
export function transferVerifySlot(kind: i32, slot: i32, fileBytes: u32): void {
  validatorInit();
  source = Place.Flash;
  sourceOffset = layoutSlotOffset(kind, slot);
  readBytes = 0;
  endBytes = fileBytes;
}

/** Returns Ok once the validator's verdict stands, Pending, or the chip's failure to read. */
export function transferVerifyPoll(): i32 {
  for (let movedBytes: i32 = 0; movedBytes < WORK_BYTES_MAX && readBytes < endBytes;) {
    const bytes = transferLeft();
    const status = transferRead(readBytes, bytes);
    if (status < 0) {
      if (!validatorIsComplete() || validatorRescanBytes() > 0) return status;
      endBytes = readBytes; // What stands behind the image is of an older one, or nothing.
      break;
    }
    validatorPush(SPAN, bytes);
    readBytes += bytes;
    movedBytes += bytes;
  }
  if (validatorVerdict() != ImageVerdict.None) return Status.Ok;
  timeWakeNow();
  if (readBytes < endBytes) return Status.Pending;
  if (validatorFinish() != ImageVerdict.None) return Status.Ok;
  readBytes = 0; // A signature over the whole file needs its bytes once more, after those that stand at its end.
  endBytes = validatorRescanBytes();
  assert(endBytes > 0);
  return Status.Pending;
}

function transferRead(offset: u32, bytes: i32): i32 {
  if (source == Place.Flash) return deviceRead(sourceOffset + offset, SPAN, bytes);
  if (source == Place.Staging) return stagingRead(offset, SPAN, bytes);
  bytesCopy(SPAN, stagingStore() + <usize>offset, bytes);
  return Status.Ok;
}

function transferLeft(): i32 {
  const leftBytes = endBytes - readBytes;
  return leftBytes > <u32>SPAN_BYTES_MAX ? SPAN_BYTES_MAX : <i32>leftBytes;
}
