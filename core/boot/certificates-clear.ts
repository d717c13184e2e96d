// What CLEAR forgets of the secure element: the certificates that TLS trusts, then the telephone's own with its key.
//
// In: the wish. Out: nothing of it is left, and an event for each of the two; or it is said that something is. An element that cannot keep
// certificates at all has none.

import { ScepResult, ScepStep, Status } from "../../hal/abi";
import { EventKind, Field, TrustEffect, TrustWhy } from "../../hal/events";
import { eventBegin, eventCode, eventSend } from "../base/events";
import { timeWakeNow } from "../base/time";
import { trustSetForget, trustSetForgetOwn, trustSetPoll } from "../image/trust-set";
import { enrolmentReportEvent } from "./enrolment-event";
import { secureRead } from "./secure";

let own: bool = false;
let over: bool = false;
let status: i32 = Status.Ok;

export function certificatesClear(): void {
  own = false;
  over = false;
  status = Status.Ok;
  trustSetForget();
  timeWakeNow();
}

/** Call until it is no longer Pending: Ok, or Failed where something is still kept. */
export function certificatesClearPoll(): i32 {
  if (over) return status;
  const how = trustSetPoll();
  if (how == Status.Pending) return how;
  if (how < 0 && !isNothing(how)) status = Status.Failed;
  if (own) {
    clearSayOwn(how);
    over = true;
    return status;
  }
  clearSayTrust(how);
  own = true;
  trustSetForgetOwn();
  timeWakeNow();
  return Status.Pending;
}

function clearSayTrust(how: i32): void {
  if (isNothing(how)) return;
  eventBegin(EventKind.Trust);
  eventCode(Field.TrustEffect, how < 0 ? TrustEffect.Kept : TrustEffect.Cleared);
  if (how < 0) eventCode(Field.TrustWhy, TrustWhy.Failed);
  eventSend();
}

function clearSayOwn(how: i32): void {
  if (isNothing(how)) return;
  secureRead();
  enrolmentReportEvent(ScepStep.Forget, how < 0 ? ScepResult.Unsupported : ScepResult.Ok);
}

function isNothing(how: i32): bool {
  return how == Status.Unsupported || how == Status.NotFound;
}
