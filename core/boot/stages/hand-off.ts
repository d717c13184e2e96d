// State `hardware`, the boot program's part: finds for each kind the slot to run, verifies what it holds, and hands over to it.
//
// A slot on trial loses an attempt before it is started, unless the core itself asked for this start; where that cannot be recorded, the
// other slot is tried first. A slot that does not verify gives way to the other. It erases nothing and makes no slot bootable.

import { Info, Kind, Option, ResetCause, Status } from "../../../hal/abi";
import { BootState, ImageVerdict, SlotState, SlotWhy } from "../../../hal/events";
import { bytesEqual } from "../../base/bytes";
import { systemHandover, systemInfo, systemOption } from "../../base/system";
import { timeWakeNow } from "../../base/time";
import { deviceInit } from "../../flash/device";
import { infoDigestPtr, infoFileBytes, infoNameBytes, infoNamePtr, infoRead } from "../../flash/info-area";
import { journalAttempts, journalDigest, journalMark, journalOpen, journalPoll, journalPreferred, journalState } from "../../flash/journal";
import { layoutInit, layoutProtect, layoutSlotBytes, layoutSlotOffset } from "../../flash/layout";
import {
  validatorCounter, validatorDigestPtr, validatorImageBytes, validatorKind, validatorPolicy, validatorVerdict,
} from "../../image/validator";
import { retainedCause } from "../retained";
import { slotReport } from "../slot-event";
import { SLOT_NONE, softwareSend, softwareSet, softwareSlot } from "../software";
import { transferVerifyPoll, transferVerifySlot } from "../transfer";

enum Step {
  Open,
  Choose,
  Attempt,
  Verify,
  /** The journal takes REJECTED for the other slot. */
  Reject,
  Done,
}

const MODEL = memory.data(32, 8);
const DIGEST_BYTES: i32 = 16; // What the journal keeps of a digest.

let step: Step = Step.Open;
let kind: i32 = Kind.Boot;
let slot: i32 = 0;
let triedSlots: i32 = 0;
let startedBytes: u32 = 0;
let usable: bool = false;
/** The journal did not take an attempt: this kind's slots are tried the other way round. */
let swapped: bool = false;

export function handOffStart(): void {
  step = Step.Open;
  kind = Kind.Boot;
  slot = 0;
  triedSlots = 0;
  startedBytes = 0;
  swapped = false;
  usable = deviceInit() >= 0 && layoutInit() >= 0 && journalOpen() >= 0;
  if (!usable) step = Step.Done;
  const modelBytes = systemInfo(Info.Model, MODEL, 32);
  const unsigned = systemOption(Option.Unsigned);
  validatorPolicy(MODEL, modelBytes, 0, 0, layoutSlotBytes(Kind.Boot), layoutSlotBytes(Kind.Application), unsigned);
}

/** False where the chip is too small or of a kind that nothing can be stored in. */
export function handOffCanStore(): bool {
  return usable;
}

/** True when the image of this kind that runs was never confirmed. */
export function handOffIsNew(ofKind: i32): bool {
  const running = softwareSlot(ofKind);
  return running != SLOT_NONE && journalState(ofKind, running) == SlotState.Trial;
}

/** True once the software that runs is known. */
export function handOffPoll(): bool {
  switch (step) {
    case Step.Open: {
      if (journalPoll() == Status.Pending) break;
      handOffReport(Kind.Boot);
      handOffReport(Kind.Application);
      step = Step.Choose;
      break;
    }
    case Step.Choose: {
      handOffChoose();
      break;
    }
    case Step.Attempt: {
      const status = journalPoll();
      if (status == Status.Ok) handOffVerify();
      else if (status != Status.Pending) handOffSwap();
      break;
    }
    case Step.Verify: {
      const status = transferVerifyPoll();
      if (status != Status.Pending) handOffJudge(status);
      break;
    }
    case Step.Reject: {
      if (journalPoll() == Status.Pending) break;
      slotReport(kind, 1 - slot, SlotWhy.AttemptsExhausted);
      handOffNextKind();
      break;
    }
    default: {
      handOffFinish();
      return true;
    }
  }
  if (step == Step.Choose || step == Step.Verify || step == Step.Done) timeWakeNow(); // The journal says itself when it wants to be asked.
  return false;
}

/** Tells what an earlier start-up left unfinished. */
function handOffReport(forKind: i32): void {
  for (let index: i32 = 0; index < 2; index++) {
    const state = journalState(forKind, index);
    if (state == SlotState.Writing || state == SlotState.Erased) slotReport(forKind, index, SlotWhy.Interrupted);
  }
}

/** The preferred slot first, then the other, if it ever held an image. */
function handOffChoose(): void {
  slot = triedSlots == 0 ? handOffFirst() : 1 - slot;
  if (triedSlots == 2 || (triedSlots == 1 && !handOffHoldsImage())) return handOffNextKind();
  triedSlots++;
  const attempts = journalAttempts(kind, slot);
  // One whose attempts are used up is only tried where the other does not verify, and then it is all there is.
  if (journalState(kind, slot) != SlotState.Trial || attempts == 0 || swapped || !handOffCounts()) return handOffVerify();
  step = Step.Attempt;
  if (journalMark(kind, slot, SlotState.Trial, attempts - 1, 0, 0) < 0) handOffSwap();
}

/** A start that is not counted could go on for ever: the other slot is tried, and this one only where that does not verify. */
function handOffSwap(): void {
  swapped = true;
  slot = 1 - slot;
  triedSlots = 1;
  handOffVerify();
}

/** Where the journal knows of no image, it may have been lost: both slots are looked at, one that had its attempts last. */
function handOffFirst(): i32 {
  const preferred = journalPreferred(kind);
  if (preferred >= 0) return preferred;
  const state = journalState(kind, 0);
  return state == SlotState.Trial || state == SlotState.Rejected ? 1 : 0;
}

/** A start that the core asked for is not held against the image. */
function handOffCounts(): bool {
  const cause = retainedCause();
  return cause == ResetCause.PowerUp || cause == ResetCause.Panic || cause == ResetCause.Watchdog;
}

function handOffHoldsImage(): bool {
  const state = journalState(kind, slot);
  return handOffKnowsImage() || state == SlotState.Ready;
}

/** True when the journal says which image the slot holds. */
function handOffKnowsImage(): bool {
  const state = journalState(kind, slot);
  return state == SlotState.Trial || state == SlotState.Updated || state == SlotState.Staged || state == SlotState.Rejected;
}

/** Reads the slot's info area; false when it cannot be read or speaks of another image. */
function handOffNamed(): bool {
  return infoRead(kind, slot) && (!handOffKnowsImage() || bytesEqual(infoDigestPtr(), journalDigest(kind, slot), DIGEST_BYTES));
}

/** Without a readable info area the whole slot is offered: the image's own lengths say where it ends. */
function handOffVerify(): void {
  step = Step.Verify;
  if (!handOffHoldsImage()) {
    step = Step.Choose; // Writing, erased or failed: nothing to look at.
    return;
  }
  transferVerifySlot(kind, slot, handOffNamed() ? infoFileBytes() : layoutSlotBytes(kind));
}

function handOffJudge(status: i32): void {
  const valid = status == Status.Ok && validatorVerdict() == ImageVerdict.Accepted && validatorKind() == kind;
  const known = handOffKnowsImage();
  if (!valid || (known && !bytesEqual(validatorDigestPtr(), journalDigest(kind, slot), DIGEST_BYTES))) {
    if (known) slotReport(kind, slot, SlotWhy.NotValid);
    step = Step.Choose;
    return;
  }
  const named = handOffNamed();
  softwareSet(kind, slot, validatorDigestPtr(), validatorCounter(), infoNamePtr(), named ? infoNameBytes() : 0);
  startedBytes = validatorImageBytes();
  slotReport(kind, slot, named ? SlotWhy.Chosen : SlotWhy.NameUnknown);
  layoutProtect(kind, slot, true);
  if (handOffRejects()) step = Step.Reject;
  else handOffNextKind();
}

/** The other slot's image used its attempts up, and this start does without it: that is recorded once. */
function handOffRejects(): bool {
  if (journalState(kind, 1 - slot) != SlotState.Trial || journalAttempts(kind, 1 - slot) > 0) return false;
  return journalMark(kind, 1 - slot, SlotState.Rejected, 0, 0, 0) >= 0;
}

function handOffNextKind(): void {
  step = kind == Kind.Boot ? Step.Choose : Step.Done;
  kind = Kind.Application;
  triedSlots = 0;
  swapped = false;
}

/** The application runs; without one the boot image does; without either this module carries on by itself. */
function handOffFinish(): void {
  softwareSend();
  const runs = softwareSlot(Kind.Application) != SLOT_NONE ? Kind.Application : Kind.Boot;
  if (softwareSlot(runs) != SLOT_NONE) systemHandover(runs, layoutSlotOffset(runs, softwareSlot(runs)), startedBytes);
}
