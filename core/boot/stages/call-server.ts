// State `call-server`: VLAN status and tagging are checked again, and a call server is contacted by OPTIONS, each address in order.

import { Kind, ResetCause, Row, Status } from "../../../hal/abi";
import { BootState, Notice, SipResult, VlanReason } from "../../../hal/events";
import { CONTACTING, NO_CALL_SERVER, SIP_OPTIONS } from "../../base/texts";
import { timeNow, timeWakeAt, timeWakeNow } from "../../base/time";
import { CALL_SERVERS_US, CALL_SERVER_ANSWER_US, NO_CALL_SERVER_US } from "../../config";
import { dhcpClientRelease } from "../../net/dhcp-client";
import { sipRequestInit } from "../../net/sip-request";
import { screenSetText } from "../../ui/screen";
import { callServersAreControllers, callServersChoose, callServersCount, callServersInit, callServersPrefer } from "../call-servers";
import { confirmPoll } from "../confirm";
import { attemptEnd, attemptEvent, attemptIsSent, attemptPoll, attemptResult, attemptStart, attemptStop } from "../sip-attempt";
import { statusNotice } from "../status";
import { vlanCheck, vlanRefresh } from "../vlan";
import { restartFor } from "./restart";

let checked: bool = false;
let contacted: bool = false;
let serverIndex: i32 = 0;
let serverCount: i32 = 0;
let answerUs: u64 = 0;
let allUs: u64 = 0;

export function callServerEnter(): void {
  checked = false;
  contacted = false;
  serverIndex = -1;
  serverCount = callServersCount();
  allUs = timeNow() + CALL_SERVERS_US;
  callServersInit();
  sipRequestInit(0, 0, 0, 0);
  screenSetText(Row.Prompt, CONTACTING);
  if (callServersAreControllers()) statusNotice(Notice.ControllerList);
  if (serverCount > 0) return;
  allUs = timeNow() + NO_CALL_SERVER_US;
  screenSetText(Row.Prompt, NO_CALL_SERVER);
  statusNotice(Notice.NoCallServer);
}

export function callServerPoll(): BootState {
  if (contacted) return confirmPoll(Kind.Application) == Status.Pending ? BootState.CallServer : callServerLeave();
  if (!checked && callServerVlanChanged()) return BootState.Restart;
  timeWakeAt(allUs);
  if (serverCount == 0) return timeNow() < allUs ? BootState.CallServer : BootState.Scep;
  if (serverIndex < 0) return callServerNext();
  const status = callServerStatus();
  if (status == Status.Pending) return BootState.CallServer;
  attemptEvent(status == Status.Ok ? SipResult.Contacted : attemptResult(status), status == Status.Ok);
  if (status != Status.Ok) return callServerNext();
  attemptEnd();
  callServersPrefer(serverIndex);
  contacted = true; // The application has proved itself; whatever follows may take its time.
  timeWakeNow();
  return BootState.CallServer;
}

/** Of the server at hand: its request may wait for 4 s while others are left, and the last one for all the time that is left. */
function callServerStatus(): i32 {
  const sent = attemptIsSent();
  const status = attemptPoll();
  if (status != Status.Pending) return status;
  if (!sent && attemptIsSent()) answerUs = serverIndex + 1 < serverCount ? timeNow() + CALL_SERVER_ANSWER_US : allUs;
  if (attemptIsSent()) timeWakeAt(answerUs);
  const late = timeNow() >= allUs || (attemptIsSent() && timeNow() >= answerUs);
  return late ? Status.TimedOut : Status.Pending;
}

/** The next entry that names somebody. Without one, or out of time, start-up goes on. */
function callServerNext(): BootState {
  attemptStop();
  timeWakeNow();
  serverIndex++;
  if (serverIndex < serverCount && timeNow() < allUs) {
    const names = callServersChoose(serverIndex);
    attemptStart(SIP_OPTIONS, 0);
    if (names) return BootState.CallServer;
    attemptEvent(SipResult.NoAddress, false);
    return callServerNext();
  }
  statusNotice(Notice.CallServerSilent);
  return callServerLeave();
}

/** VLAN status and tagging are checked again, whatever the settings file said of them; a change restarts the telephone. */
function callServerVlanChanged(): bool {
  checked = true;
  if (!vlanCheck(VlanReason.Recheck)) {
    vlanRefresh();
    return false;
  }
  dhcpClientRelease();
  restartFor(ResetCause.Vlan);
  return true;
}

/** The Prompt Line is the next stage's. */
function callServerLeave(): BootState {
  return BootState.Scep;
}
