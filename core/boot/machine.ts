// The boot state: this file alone changes it, at most once a poll.

import { Mode } from "../../hal/abi";
import { BootState, EventKind, Field } from "../../hal/events";
import { eventBegin, eventCode, eventSend } from "../base/events";
import { timeWakeNow } from "../base/time";
import { trace, Trace } from "../base/trace";
import { fetchInit } from "./fetch";
import { inputsPoll } from "./inputs";
import { modeSet } from "./mode";
import { statusInit } from "./status";
import { statesEnter, statesPoll } from "./states";
import { transferInit } from "./transfer";

let state: BootState = BootState.PowerUp;

/** Starts in the first state of the mode. */
export function machineInit(mode: Mode): void {
  modeSet(mode);
  statusInit();
  fetchInit();
  transferInit();
  state = BootState.PowerUp;
  machineEnter();
}

/** One step: the inputs, the stage, at most one transition. */
export function machinePoll(): void {
  inputsPoll();
  const next = statesPoll(state);
  if (next == state) return;
  state = next;
  machineEnter();
}

/** True once nothing more will happen. */
export function machineEnded(): bool {
  return state == BootState.Ended;
}

function machineEnter(): void {
  trace(Trace.State, state);
  eventBegin(EventKind.State);
  eventCode(Field.State, state);
  eventSend();
  statesEnter(state);
  timeWakeNow();
}
