// State `hardware`: parameters to their defaults, the stored software verified, then what the settings log kept and what is entered
// locally laid over the defaults. What is new of the latter is stored at once.
//
// The other modes need the parameters only, and what option 242 would say of them: they go to the file server at once.

import { Info, Kind, Mode, Status } from "../../../hal/abi";
import { BootState, Source } from "../../../hal/events";
import { systemHas, systemInfo } from "../../base/system";
import { timeNow, timeWakeAt, timeWakeNow } from "../../base/time";
import { HARDWARE_US, VALUE_BYTES_MAX } from "../../config";
import { settingsLogOpen, settingsLogPoll } from "../../flash/settings-log";
import { addressConfigureLoopback } from "../../net/address";
import { keptInit } from "../../settings/kept";
import { option242Poll, option242Start } from "../../settings/option242";
import { parameterFind, parameterSet, parametersInit, parametersReportPoll, parametersReportStart } from "../../settings/parameters";
import { restorePoll, restoreStart } from "../../settings/restore";
import { keepPoll } from "../keep";
import { modeGet } from "../mode";
import { selfTestInit, selfTestPoll } from "../self-test";
import { softwareInit } from "../software";
import { handOffCanStore, handOffIsNew, handOffPoll, handOffStart } from "./hand-off";

/** In the order in which they follow one another; the short modes begin with the presets. */
enum Step {
  /** The self-test comes before the stored software is judged: both need the digests' streams. */
  SelfTest,
  HandOff,
  Read,
  Restore,
  Presets,
  Report,
  Keep,
  Wait,
}

const PRESET_BYTES_MAX: i32 = 320;
/** Each takes three HAL calls. */
const PRESETS_PER_POLL: i32 = 8;
const PRESET = memory.data(320, 8);

let step: Step = Step.SelfTest;
let doneUs: u64 = 0;
let presetNext: i32 = Info.PresetFirst;
/** The boot image that runs was never confirmed: it is a new one. */
let newBoot: bool = false;
let optionBegun: bool = false;

export function hardwareEnter(): void {
  keptInit();
  parametersInit();
  restoreStart();
  parametersReportStart();
  presetNext = Info.PresetFirst;
  newBoot = false;
  optionBegun = false;
  softwareInit();
  doneUs = timeNow() + HARDWARE_US;
  step = modeGet() == Mode.Telephone ? Step.SelfTest : Step.Presets;
  if (step == Step.Presets) return;
  handOffStart();
  selfTestInit();
}

export function hardwarePoll(): BootState {
  if (step == Step.Wait) {
    timeWakeAt(doneUs);
    return timeNow() < doneUs ? BootState.Hardware : BootState.Link;
  }
  if (!hardwareStep()) return BootState.Hardware;
  timeWakeNow();
  if (modeGet() != Mode.Telephone && step == Step.Report) return hardwareLeave();
  step++;
  return BootState.Hardware;
}

/** Works on the step at hand; true when it is done. What waits for the chip says itself when it wants to be asked. */
function hardwareStep(): bool {
  switch (step) {
    case Step.SelfTest: return selfTestPoll();
    case Step.HandOff: return hardwareHandOff();
    case Step.Read: return settingsLogPoll() != Status.Pending;
    case Step.Restore: return hardwareMore(restorePoll(newBoot));
    case Step.Presets: return hardwareMore(hardwarePresets() && hardwareOption());
    case Step.Report: return hardwareMore(parametersReportPoll());
    // A new boot image takes nothing away before it has interpreted a script: the old one may have to come back.
    default: return newBoot || keepPoll() != Status.Pending;
  }
}

function hardwareMore(done: bool): bool {
  if (!done) timeWakeNow();
  return done;
}

function hardwareHandOff(): bool {
  if (!handOffPoll()) return false;
  newBoot = handOffIsNew(Kind.Boot);
  if (handOffCanStore()) settingsLogOpen();
  return true;
}

/** The short modes have no DHCP: whoever runs the module may give the option that it would bring. */
function hardwareOption(): bool {
  if (modeGet() == Mode.Telephone) return true;
  if (!optionBegun) option242Start(PRESET, systemInfo(Info.Option242, PRESET, PRESET_BYTES_MAX));
  optionBegun = true;
  return option242Poll();
}

function hardwareLeave(): BootState {
  addressConfigureLoopback();
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
