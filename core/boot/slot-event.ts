// One `slot` event: what the journal says of a slot now, and why it is told.

import { EventKind, Field, SlotWhy } from "../../hal/events";
import { eventBegin, eventCode, eventNumber, eventSend } from "../base/events";
import { journalAttempts, journalCounter, journalState } from "../flash/journal";

/** With a block file: its blocks, and how many of them are here already. */
export function slotReport(kind: i32, slot: i32, why: SlotWhy, blocks: u32 = 0, held: u32 = 0, copied: u32 = 0): void {
  eventBegin(EventKind.Slot);
  eventCode(Field.Kind, kind);
  eventCode(Field.Slot, slot);
  eventCode(Field.SlotState, journalState(kind, slot));
  eventNumber(Field.Attempts, journalAttempts(kind, slot));
  eventNumber(Field.Counter, journalCounter(kind));
  if (blocks > 0) {
    eventNumber(Field.Blocks, blocks);
    eventNumber(Field.Held, held);
    eventNumber(Field.Copied, copied);
  }
  if (why != SlotWhy.None) eventCode(Field.SlotWhy, why);
  eventSend();
}
