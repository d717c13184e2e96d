// The certificates that TLS trusts: the PEM files that TRUSTCERTS names are obtained and stored as one set, or none of them is.
//
// In: TRUSTCERTS as a file of this start-up has set it, or the command line. Out: the secure element's set, whole, and one event for each
// file and for the set. What nothing sets stays as it is; set to nothing it is cleared; a file that is missing or no PEM leaves what was
// stored before.

import { Row, Status } from "../../hal/abi";
import { EventKind, Field, Source, TrustEffect, TrustWhy } from "../../hal/events";
import { eventBegin, eventCode, eventNumber, eventSend, eventText } from "../base/events";
import { timeWakeNow } from "../base/time";
import { FILE_NAME_BYTES_MAX, TRUST_FILE_BYTES_MAX } from "../config";
import { trustSetAdd, trustSetBegin, trustSetPoll, trustSetStore } from "../image/trust-set";
import { listCount, listItemBytes, listItemPtr } from "../settings/list";
import { parameterBytes, parameterPtr, parameterSource } from "../settings/parameters";
import { Parameter } from "../settings/table";
import { screenClear } from "../ui/screen";
import { Fetch, fetchPoll, fetchStart } from "./fetch";
import { Target, transferScriptRoom, transferTrustPoll, transferTrustStart } from "./transfer";

enum Phase {
  Begin,
  Open,
  Fetch,
  Hand,
  Add,
  Store,
  Over,
}

let phase: Phase = Phase.Begin;
let index: i32 = 0;
let addedCount: i32 = 0;

/** A start-up has its script. */
export function certificatesInit(): void {
  phase = Phase.Begin;
}

/** Call until it is no longer Pending: the set was replaced, cleared or kept, and it was said which. */
export function certificatesPoll(): i32 {
  if (phase == Phase.Begin) certificatesBegin();
  else if (phase == Phase.Open) certificatesOpen();
  else if (phase == Phase.Fetch) certificatesFetch();
  else if (phase == Phase.Hand) certificatesHand();
  else if (phase == Phase.Add) certificatesAdd();
  else if (phase == Phase.Store) certificatesStore();
  if (phase == Phase.Over) return Status.Ok;
  return Status.Pending;
}

function certificatesBegin(): void {
  const source = parameterSource(Parameter.TRUSTCERTS);
  if (source != Source.Settings && source != Source.Script && source != Source.CommandLine) return certificatesGo(Phase.Over);
  trustSetBegin();
  certificatesGo(Phase.Open);
}

function certificatesOpen(): void {
  const status = trustSetPoll();
  if (status == Status.Pending) return;
  if (status < 0) return certificatesEnd(TrustEffect.Kept, TrustWhy.Failed);
  index = 0;
  certificatesNext();
}

/** The next file of the list, or the set's end. */
function certificatesNext(): void {
  if (index == certificatesCount()) {
    trustSetStore();
    return certificatesGo(Phase.Store);
  }
  if (certificatesNameBytes() == 0 || certificatesNameBytes() > FILE_NAME_BYTES_MAX) return certificatesRefuse(TrustWhy.Malformed);
  const room = transferScriptRoom();
  fetchStart(certificatesNamePtr(), certificatesNameBytes(), Target.Script, room < TRUST_FILE_BYTES_MAX ? room : TRUST_FILE_BYTES_MAX);
  phase = Phase.Fetch;
}

function certificatesFetch(): void {
  const how = fetchPoll();
  if (how == Fetch.Pending) return;
  if (how != Fetch.Obtained) return certificatesEnd(TrustEffect.Kept, TrustWhy.None);
  if (transferTrustStart() < 0) return certificatesRefuse(TrustWhy.Failed);
  certificatesGo(Phase.Hand);
}

function certificatesHand(): void {
  const status = transferTrustPoll();
  if (status == Status.Pending) return;
  if (status < 0) return certificatesRefuse(TrustWhy.Failed);
  trustSetAdd();
  certificatesGo(Phase.Add);
}

function certificatesAdd(): void {
  const count = trustSetPoll();
  if (count == Status.Pending) return;
  if (count < 0) return certificatesRefuse(certificatesWhy(count));
  addedCount = count;
  certificatesSay(TrustEffect.Taken, TrustWhy.None, true);
  index++;
  certificatesNext();
}

function certificatesStore(): void {
  const count = trustSetPoll();
  if (count == Status.Pending) return;
  if (count < 0) return certificatesEnd(TrustEffect.Kept, TrustWhy.Failed);
  addedCount = count;
  certificatesEnd(count == 0 ? TrustEffect.Cleared : TrustEffect.Stored, TrustWhy.None);
}

/** One file that is no good keeps the whole set from being replaced. */
function certificatesRefuse(why: TrustWhy): void {
  certificatesSay(TrustEffect.Refused, why, true);
  certificatesEnd(TrustEffect.Kept, TrustWhy.None);
}

function certificatesEnd(effect: TrustEffect, why: TrustWhy): void {
  certificatesSay(effect, why, false);
  screenClear(Row.Title);
  certificatesGo(Phase.Over);
}

function certificatesGo(next: Phase): void {
  phase = next;
  timeWakeNow();
}

function certificatesSay(effect: TrustEffect, why: TrustWhy, ofFile: bool): void {
  eventBegin(EventKind.Trust);
  if (ofFile) eventText(Field.File, certificatesNamePtr(), certificatesNameBytes());
  eventCode(Field.TrustEffect, effect);
  if (effect == TrustEffect.Taken || effect == TrustEffect.Stored) eventNumber(Field.Certificates, addedCount);
  if (why != TrustWhy.None) eventCode(Field.TrustWhy, why);
  eventSend();
}

function certificatesWhy(status: i32): TrustWhy {
  if (status == Status.Malformed) return TrustWhy.Malformed;
  return status == Status.NoSpace ? TrustWhy.NoSpace : TrustWhy.Failed;
}

function certificatesCount(): i32 {
  return listCount(parameterPtr(Parameter.TRUSTCERTS), parameterBytes(Parameter.TRUSTCERTS));
}

function certificatesNamePtr(): usize {
  return listItemPtr(parameterPtr(Parameter.TRUSTCERTS), parameterBytes(Parameter.TRUSTCERTS), index);
}

function certificatesNameBytes(): i32 {
  return listItemBytes(parameterPtr(Parameter.TRUSTCERTS), parameterBytes(Parameter.TRUSTCERTS), index);
}
