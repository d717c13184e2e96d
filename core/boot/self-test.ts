// The self-test at power-up: known answers of the code that judges software. Its results are events; what fails is reported, and start-up
// goes on, because nothing that the broken part judges will be accepted.
//
// In: polls. Out: an event for each part, then true. A poll hashes at most its budget, so the network's first second is not delayed.

import { EventKind, Field, SelfTestPart } from "../../hal/events";
import { eventBegin, eventCode, eventFlag, eventSend } from "../base/events";
import { timeWakeNow } from "../base/time";
import { SPAN_BYTES_MAX, WORK_BYTES_MAX } from "../config";
import { KNOWN_SPAN_COUNT, knownCrc32, knownEd25519, knownInit, knownPush, knownSha256 } from "../crypto/known-answers";

const SPANS_PER_POLL: i32 = WORK_BYTES_MAX / SPAN_BYTES_MAX;

let spanCount: i32 = 0;
let failed: bool = false;

export function selfTestInit(): void {
  spanCount = 0;
  failed = false;
  knownInit();
}

/** True once all parts were tested. */
export function selfTestPoll(): bool {
  if (spanCount > KNOWN_SPAN_COUNT) return true;
  timeWakeNow();
  if (spanCount < KNOWN_SPAN_COUNT) {
    for (let i = 0; i < SPANS_PER_POLL; i++) knownPush();
    spanCount += SPANS_PER_POLL;
    return false;
  }
  spanCount++;
  selfTestReport(SelfTestPart.Crc32, knownCrc32());
  selfTestReport(SelfTestPart.Sha256, knownSha256());
  selfTestReport(SelfTestPart.Ed25519, knownEd25519());
  return true;
}

/** True when all parts gave the known answers. */
export function selfTestPassed(): bool {
  return !failed;
}

function selfTestReport(part: SelfTestPart, ok: bool): void {
  if (!ok) failed = true;
  eventBegin(EventKind.SelfTest);
  eventCode(Field.Part, part);
  eventFlag(Field.Ok, ok);
  eventSend();
}
