// Which part of a file a GET asks for, and whether the answer is that part of the same file (RFC 9110 §13.1.5, §14; §15.3.7).
//
// In: what boot/direct still wants, and the head of an answer. Out: first and last byte, an ETag to hold the server to, and a verdict.
// Only software that goes into its slot as it arrives is asked for in parts. It sends nothing.

import { Field, HttpWhy } from "../../hal/events";
import { bytesCopy, bytesEqual } from "../base/bytes";
import { eventNumber } from "../base/events";
import { BLOCK_BYTES, ETAG_BYTES_MAX } from "../config";
import {
  responseBodyBytes, responseEtagBytes, responseEtagPtr, responseLength, responseRangeEnd, responseRangeFirst, responseRangeTotal,
  responseStatus,
} from "../http/response";
import { blocksCount, blocksFileBytes } from "../image/blocks";
import { directAccept, directBytes, directEnd, directForget, directFrom, directWrongBlock } from "./direct";

const ETAG = memory.data(128, 8);

let etagBytes: i32 = 0;
let from: u32 = 0;
let end: u32 = 0;

/** Another server, or another file: no ETag is known. */
export function rangeForget(): void {
  etagBytes = 0;
  from = 0;
  end = 0;
}

/** Chooses what the next GET asks for. False when what was received is of no use without an ETag, and stands in the slot. */
export function rangeAsk(): bool {
  if (blocksCount() == 0 && etagBytes == 0 && directBytes() > 0 && !directForget()) return false;
  from = directFrom();
  end = directEnd();
  return true;
}

export function rangeFrom(): u32 {
  return from;
}

/** The byte after the last; 0: up to the file's end. */
export function rangeEnd(): u32 {
  return end;
}

export function rangeEtagPtr(): usize {
  return ETAG;
}

export function rangeEtagBytes(): i32 {
  return etagBytes;
}

/** True when the status of an answer is one that brings the file or a part of it. */
export function rangeIsAnswer(status: i32): bool {
  return status == 200 || status == 206 || (status == 416 && rangeIsPart());
}

/** Judges the head of such an answer: None, and the body may come. */
export function rangeJudge(): HttpWhy {
  const why = rangeJudgeHead();
  if (why != HttpWhy.None) return why;
  directAccept(responseStatus() == 206 ? from : 0);
  if (rangeIsStrong()) {
    etagBytes = responseEtagBytes();
    bytesCopy(ETAG, responseEtagPtr(), etagBytes);
  }
  return HttpWhy.None;
}

/** Judges a body that came to its end: was it as long as was asked for? */
export function rangeJudgeBody(): HttpWhy {
  const wanted = responseStatus() == 206 ? responseRangeEnd() - from : blocksCount() > 0 ? <i64>blocksFileBytes() : responseBodyBytes();
  if (responseBodyBytes() == wanted) return HttpWhy.None;
  return responseBodyBytes() < wanted ? HttpWhy.Short : HttpWhy.BadRange;
}

/** The part that was asked for, and the block that was wrong, in the `http` event. */
export function rangeReport(why: HttpWhy): void {
  if (rangeIsPart()) eventNumber(Field.From, from);
  if (end > 0) eventNumber(Field.To, end - 1);
  if (why != HttpWhy.WrongBlock) return;
  eventNumber(Field.Block, directWrongBlock());
  eventNumber(Field.Offset, directWrongBlock() * BLOCK_BYTES);
}

function rangeIsPart(): bool {
  return from > 0 || end > 0;
}

/** A whole file for a part begins at its start; with the same ETag, or a block file, what is there already is passed by. */
function rangeJudgeHead(): HttpWhy {
  const status = responseStatus();
  if (status == 416) return HttpWhy.FileChanged; // It is shorter than what was received of it.
  const same = etagBytes > 0 && etagBytes == responseEtagBytes() && bytesEqual(ETAG, responseEtagPtr(), etagBytes);
  if (etagBytes > 0 && responseEtagBytes() > 0 && !same) return HttpWhy.FileChanged;
  const wholeBytes = blocksCount() > 0 ? <i64>blocksFileBytes() : -1;
  if (status == 200) {
    if (wholeBytes >= 0 && responseLength() >= 0 && responseLength() != wholeBytes) return HttpWhy.FileChanged;
    return wholeBytes < 0 && from > 0 && !same ? HttpWhy.FileChanged : HttpWhy.None;
  }
  const total = responseRangeTotal();
  if (total >= 0 && wholeBytes >= 0 && total != wholeBytes) return HttpWhy.FileChanged;
  const last = end > 0 ? <i64>end : wholeBytes >= 0 ? wholeBytes : total;
  if (!rangeIsPart() || responseRangeFirst() != <i64>from || last < 0 || responseRangeEnd() != last) return HttpWhy.BadRange;
  return responseLength() >= 0 && responseLength() != last - <i64>from ? HttpWhy.BadRange : HttpWhy.None;
}

/** A weak ETag says less than that the bytes are the same; one that was cut is none (RFC 9110 §8.8.3). */
function rangeIsStrong(): bool {
  const ptr = responseEtagPtr();
  const bytes = responseEtagBytes();
  if (bytes < 2 || bytes >= ETAG_BYTES_MAX || load<u8>(ptr) != 0x22 || load<u8>(ptr + <usize>bytes - 1) != 0x22) return false;
  for (let i: usize = 1; i < <usize>bytes - 1; i++) {
    const byte = load<u8>(ptr + i);
    if (byte <= 0x20 || byte == 0x22 || byte == 0x7f) return false;
  }
  return true;
}
