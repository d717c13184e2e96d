// State `call-server`: contact a call server, each address in order. In this release contact is a TCP connection.

import { Kind, ResetCause, Row, Status } from "../../../hal/abi";
import { BootState, EventKind, Field, Notice, SipResult, SipStep, Transport, VlanReason } from "../../../hal/events";
import { eventBegin, eventCode, eventSend, eventText } from "../../base/events";
import { CONTACTING, NO_CALL_SERVER } from "../../base/texts";
import { timeNow, timeWakeAt, timeWakeNow } from "../../base/time";
import { CALL_SERVERS_US, CALL_SERVER_CONNECT_US, NO_CALL_SERVER_US } from "../../config";
import { dhcpClientRelease } from "../../net/dhcp-client";
import { dnsAddress } from "../../net/dns";
import { streamClose, streamOpen, streamState } from "../../net/tcp-stream";
import { listCount, listItemBytes, listItemPtr } from "../../settings/list";
import { parameterBytes, parameterNumber, parameterPtr } from "../../settings/parameters";
import { Parameter } from "../../settings/table";
import { screenSetText } from "../../ui/screen";
import { confirmPoll } from "../confirm";
import { statusNotice } from "../status";
import { vlanCheck, vlanRefresh } from "../vlan";
import { restartFor } from "./restart";

const NO_HANDLE: i32 = -1;
const ADDRESS = memory.data(4, 4);

let handle: i32 = NO_HANDLE;
let checked: bool = false;
let contacted: bool = false;
let serverIndex: i32 = 0;
let serverCount: i32 = 0;
let serverUs: u64 = 0;
let allUs: u64 = 0;

export function callServerEnter(): void {
  handle = NO_HANDLE;
  checked = false;
  contacted = false;
  serverIndex = 0;
  serverCount = listCount(parameterPtr(Parameter.SIPPROXYSRVR), parameterBytes(Parameter.SIPPROXYSRVR));
  serverUs = timeNow() + CALL_SERVER_CONNECT_US;
  allUs = timeNow() + CALL_SERVERS_US;
  screenSetText(Row.Prompt, CONTACTING);
  if (serverCount > 0) return;
  allUs = timeNow() + NO_CALL_SERVER_US;
  screenSetText(Row.Prompt, NO_CALL_SERVER);
  statusNotice(Notice.NoCallServer);
}

export function callServerPoll(): BootState {
  if (contacted) return confirmPoll(Kind.Application) == Status.Pending ? BootState.CallServer : callServerLeave();
  if (!checked && callServerVlanChanged()) return BootState.Restart;
  if (serverCount == 0) {
    timeWakeAt(allUs);
    return timeNow() < allUs ? BootState.CallServer : BootState.Scep;
  }
  const status = callServerConnect();
  if (status == Status.Pending && timeNow() < serverUs) {
    timeWakeAt(serverUs);
    return BootState.CallServer;
  }
  callServerEvent(status);
  if (handle >= 0) streamClose(handle, false);
  handle = NO_HANDLE;
  if (status == Status.Ok) {
    contacted = true; // The application has proved itself; whatever follows may take its time.
    timeWakeNow();
    return BootState.CallServer;
  }
  serverIndex++;
  serverUs = timeNow() + CALL_SERVER_CONNECT_US;
  timeWakeNow();
  if (serverIndex < serverCount && timeNow() < allUs) return BootState.CallServer;
  statusNotice(Notice.CallServerSilent);
  return callServerLeave();
}

/** Gives up what is under way. */
export function callServerStop(): void {
  if (handle >= 0) streamClose(handle, true);
  handle = NO_HANDLE;
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

/** Resolves and opens the address at hand: Ok once connected. UDP cannot be contacted by a connection. */
function callServerConnect(): i32 {
  if (parameterNumber(Parameter.SIPSIGNAL) == Transport.Udp) return Status.Unsupported;
  if (handle >= 0) return streamState(handle);
  const status = dnsAddress(callServerPtr(), callServerBytes(), ADDRESS);
  if (status != Status.Ok) return status;
  handle = streamOpen(load<u32>(ADDRESS), callServerPort());
  return handle < 0 ? handle : streamState(handle);
}

function callServerPort(): i32 {
  return parameterNumber(parameterNumber(Parameter.SIPSIGNAL) == Transport.Tls ? Parameter.SIP_PORT_SECURE : Parameter.SIPPORT);
}

function callServerPtr(): usize {
  return listItemPtr(parameterPtr(Parameter.SIPPROXYSRVR), parameterBytes(Parameter.SIPPROXYSRVR), serverIndex);
}

function callServerBytes(): i32 {
  return listItemBytes(parameterPtr(Parameter.SIPPROXYSRVR), parameterBytes(Parameter.SIPPROXYSRVR), serverIndex);
}

function callServerEvent(status: i32): void {
  eventBegin(EventKind.Sip);
  eventCode(Field.Transport, parameterNumber(Parameter.SIPSIGNAL));
  eventCode(Field.SipStep, SipStep.Connect);
  eventText(Field.Server, callServerPtr(), callServerBytes());
  eventCode(Field.SipResult, callServerResult(status));
  eventSend();
}

function callServerResult(status: i32): SipResult {
  switch (status) {
    case Status.Ok: return SipResult.Contacted;
    case Status.Pending:
    case Status.TimedOut: return SipResult.TimedOut;
    case Status.Refused: return SipResult.Refused;
    case Status.NoName: return SipResult.NoName;
    case Status.Unsupported: return SipResult.Unsupported;
    case Status.Reset: return SipResult.Reset;
    default: return SipResult.Unreachable;
  }
}
