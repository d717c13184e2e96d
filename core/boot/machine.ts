// The boot state: this file alone changes it, at most once a poll.

import { Kind, Mode, ResetCause, Row, Status } from "../../hal/abi";
import { BootState, EventKind, Field, Notice, VlanReason } from "../../hal/events";
import { eventBegin, eventCode, eventSend } from "../base/events";
import { DHCP_CONFLICT } from "../base/texts";
import { timeWakeNow } from "../base/time";
import { trace, Trace } from "../base/trace";
import { journalIsBusy } from "../flash/journal";
import { settingsLogIsBusy } from "../flash/settings-log";
import { dhcpClientIsBound, dhcpClientIsTaken, dhcpClientPoll, dhcpClientRelease, dhcpClientStop } from "../net/dhcp-client";
import { linkSpeed } from "../net/link";
import { lldpAgentPoll } from "../net/lldp-agent";
import { screenClear, screenSetText } from "../ui/screen";
import { codeInit } from "./code-entry";
import { fetchAbort, fetchInit } from "./fetch";
import { inputsHold, inputsPoll } from "./inputs";
import { modeSet } from "./mode";
import { programWithdraw } from "./program";
import { softwareNameBytes, softwareNamePtr } from "./software";
import { registrationStop } from "./registration";
import { restartFor } from "./stages/restart";
import { scepBehind, scepInit, scepStop } from "./stages/scep";
import { statusInit, statusNotice } from "./status";
import { statesAreFinal, statesEnter, statesHaveLldp, statesNeedNetwork, statesPoll } from "./states";
import { vlanCheck, vlanInUse, vlanIsTagged } from "./vlan";
import { transferInit } from "./transfer";

let state: BootState = BootState.PowerUp;
let mode: Mode = Mode.Telephone;

/** Starts in the first state of the mode. */
export function machineInit(forMode: Mode): void {
  mode = forMode;
  modeSet(mode);
  statusInit();
  codeInit();
  fetchInit();
  transferInit();
  scepInit();
  state = BootState.PowerUp;
  machineEnter();
}

/** One step: the inputs, the stage, at most one transition. */
export function machinePoll(): void {
  inputsPoll();
  if (state == BootState.Login || state == BootState.Registered) scepBehind();
  const next = mode == Mode.Telephone ? machineNext() : statesPoll(state);
  if (next == state) return;
  state = next;
  machineEnter();
}

/** True once nothing more will happen. */
export function machineEnded(): bool {
  return state == BootState.Ended;
}

/** The stage decides, unless the cable was pulled or the lease was lost under it. What is being recorded in flash is ended first. */
function machineNext(): BootState {
  if (journalIsBusy() || settingsLogIsBusy()) return statesPoll(state);
  const needsNetwork = statesNeedNetwork(state);
  const leased = needsNetwork || statesAreFinal(state);
  if (leased && dhcpClientIsBound() && dhcpClientPoll() == Status.Reset) return machineUnleased();
  if (needsNetwork && linkSpeed() == 0) return machineLost(BootState.Link);
  if (statesHaveLldp(state) && machineLldp()) {
    dhcpClientRelease();
    machineLost(BootState.Restart);
    restartFor(ResetCause.Vlan);
    return BootState.Restart;
  }
  return statesPoll(state);
}

/** True when LLDP put the telephone on another VLAN. */
function machineLldp(): bool {
  const bootPtr = softwareNamePtr(Kind.Boot);
  const appPtr = softwareNamePtr(Kind.Application);
  const changed = lldpAgentPoll(
    vlanIsTagged(), vlanInUse(), bootPtr, softwareNameBytes(Kind.Boot), appPtr, softwareNameBytes(Kind.Application),
  );
  return changed && vlanCheck(VlanReason.Lldp);
}

/** Without a lease DHCP begins again; an address that somebody else has by now is said to be the reason. */
function machineUnleased(): BootState {
  const taken = dhcpClientIsTaken();
  machineLost(BootState.Dhcp);
  if (!taken) return BootState.Dhcp;
  screenSetText(Row.Prompt, DHCP_CONFLICT);
  statusNotice(Notice.AddressConflict);
  return BootState.Dhcp;
}

/** What was under way ends; nothing of it is kept. */
function machineLost(next: BootState): BootState {
  fetchAbort();
  registrationStop();
  scepStop();
  dhcpClientStop();
  screenClear(Row.Prompt);
  programWithdraw();
  return next;
}

function machineEnter(): void {
  trace(Trace.State, state);
  eventBegin(EventKind.State);
  eventCode(Field.State, state);
  eventSend();
  inputsHold(false);
  statesEnter(state);
  timeWakeNow();
}
