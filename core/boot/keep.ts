// Stores the parameters that survive power, and says when they could not be: start-up goes on either way.

import { Status } from "../../hal/abi";
import { Notice } from "../../hal/events";
import { settingsLogPoll, settingsLogSave } from "../flash/settings-log";
import { keptBytes, keptIsFull } from "../settings/kept";
import { statusNotice } from "./status";

let saving: bool = false;
let stored: bool = false;

/** Call until it is no longer Pending: the list of settings/kept is in the chip, unchanged or written, or it was said that it is not. */
export function keepPoll(): i32 {
  if (!saving) settingsLogSave();
  const status = settingsLogPoll();
  saving = status == Status.Pending;
  if (saving) return status;
  stored = !keptIsFull() && (status == Status.Ok || (status == Status.Unsupported && keptBytes() == 0));
  if (keptIsFull() || (status < 0 && status != Status.Unsupported)) statusNotice(Notice.SettingsNotKept);
  return Status.Ok;
}

/** True when the last save left the chip with the whole list. */
export function keepIsGood(): bool {
  return stored;
}
