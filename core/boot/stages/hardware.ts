// State `hardware`: parameters to their defaults, what was entered locally over them, then the stored software is verified.
//
// The other modes need the parameters only: they go to the file server at once.

import { Info, Mode } from "../../../hal/abi";
import { BootState, Source } from "../../../hal/events";
import { systemHas, systemInfo } from "../../base/system";
import { timeNow, timeWakeAt, timeWakeNow } from "../../base/time";
import { HARDWARE_US, VALUE_BYTES_MAX } from "../../config";
import { addressConfigure } from "../../net/address";
import { parameterFind, parameterSet, parametersInit, parametersReportPoll, parametersReportStart } from "../../settings/parameters";
import { modeGet } from "../mode";
import { selfTestInit, selfTestPoll } from "../self-test";
import { softwareInit } from "../software";
import { handOffPoll, handOffStart } from "./hand-off";

const PRESET_BYTES_MAX: i32 = 320;
/** Each takes three HAL calls. */
const PRESETS_PER_POLL: i32 = 8;
const PRESET = memory.data(320, 8);

let doneUs: u64 = 0;
let presetNext: i32 = Info.PresetFirst;
let verified: bool = false;

export function hardwareEnter(): void {
  parametersInit();
  parametersReportStart();
  presetNext = Info.PresetFirst;
  softwareInit();
  doneUs = timeNow() + HARDWARE_US;
  verified = modeGet() != Mode.Telephone;
  if (verified) return;
  handOffStart();
  selfTestInit();
}

export function hardwarePoll(): BootState {
  if (!hardwarePresets() || !parametersReportPoll()) {
    timeWakeNow();
    return BootState.Hardware;
  }
  if (modeGet() != Mode.Telephone) return hardwareLeave();
  if (!selfTestPoll()) return BootState.Hardware; // Before the stored software is judged: both need the digests' streams.
  if (!verified) verified = handOffPoll();
  if (!verified) return BootState.Hardware;
  if (timeNow() >= doneUs) return BootState.Link;
  timeWakeAt(doneUs);
  return BootState.Hardware;
}

/** The short modes have no DHCP: their address is among the presets. */
function hardwareLeave(): BootState {
  addressConfigure(0);
  return BootState.FileServer;
}

/** `NAME=VALUE` items as if entered locally, some a poll; true after the last. An unknown name is the host's to refuse. */
function hardwarePresets(): bool {
  for (let count: i32 = 0; systemHas(presetNext); count++) {
    if (count == PRESETS_PER_POLL) return false;
    const bytes = systemInfo(presetNext, PRESET, PRESET_BYTES_MAX);
    presetNext++;
    let equals: i32 = 0;
    while (equals < bytes && load<u8>(PRESET + <usize>equals) != 0x3d) equals++;
    const index = parameterFind(PRESET, equals);
    const valueBytes = bytes - equals - 1;
    if (index < 0 || valueBytes < 0 || valueBytes > VALUE_BYTES_MAX) continue;
    parameterSet(index, PRESET + <usize>equals + 1, valueBytes, Source.CommandLine);
  }
  return true;
}
