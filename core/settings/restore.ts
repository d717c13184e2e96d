// Lays the kept parameters over the defaults: a file's at the rank of stored settings, local entries at their own.
//
// A new boot file takes the static addressing with it that was entered under the old one (docs/STARTUP.md, hardware).

import { Source } from "../../hal/events";
import { keptBytes, keptNameBytes, keptNamePtr, keptNext, keptRemove, keptSource, keptValueBytes, keptValuePtr } from "./kept";
import { parameterFind, parameterIsAddressing, parameterSet } from "./parameters";

/** Each makes one HAL call, its event. */
const RESTORES_PER_POLL: i32 = 32;

let restoreAt: i32 = 0;

export function restoreStart(): void {
  restoreAt = 0;
}

/** Takes the next entries: a poll's worth. True once all are done. Names that are not known any more stay where they are. */
export function restorePoll(withoutAddressing: bool): bool {
  for (let count: i32 = 0; count < RESTORES_PER_POLL && restoreAt < keptBytes(); count++) {
    const index = parameterFind(keptNamePtr(restoreAt), keptNameBytes(restoreAt));
    const source = keptSource(restoreAt);
    if (withoutAddressing && index >= 0 && source != Source.Stored && parameterIsAddressing(index)) {
      keptRemove(restoreAt);
      continue;
    }
    if (index >= 0) parameterSet(index, keptValuePtr(restoreAt), keptValueBytes(restoreAt), source);
    restoreAt = keptNext(restoreAt);
  }
  return restoreAt == keptBytes();
}
