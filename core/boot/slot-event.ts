// One `slot` event: what the journal says of a slot now, and why it is told.

import { EventKind, Field, SlotWhy } from "../../hal/events";
import { eventBegin, eventCode, eventNumber, eventSend } from "../base/events";
import { journalAttempts, journalCounter, journalState } from "../flash/journal";

export function slotReport(kind: i32, slot: i32, why: SlotWhy): void {
  eventBegin(EventKind.Slot);
  eventCode(Field.Kind, kind);
  eventCode(Field.Slot, slot);
  eventCode(Field.SlotState, journalState(kind, slot));
  eventNumber(Field.Attempts, journalAttempts(kind, slot));
  eventNumber(Field.Counter, journalCounter(kind));
  if (why != SlotWhy.None) eventCode(Field.SlotWhy, why);
  eventSend();
}
