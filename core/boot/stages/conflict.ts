// State `conflict`: does anybody else use our address? One ARP probe; an answer is a conflict.
//
// An address from DHCP is declined and DHCP begins again after a while; one entered locally can only be changed by somebody.

import { Row, Status } from "../../../hal/abi";
import { BootState, Notice } from "../../../hal/events";
import { ADDRESS_CONFLICT, DHCP_CONFLICT } from "../../base/texts";
import { timeNow, timeWakeAt, timeWakeIn } from "../../base/time";
import { CONFLICT_US, IDLE_US } from "../../config";
import { addressOwn } from "../../net/address";
import { arpProbe } from "../../net/arp";
import { dhcpClientDecline } from "../../net/dhcp-client";
import { screenSetText } from "../../ui/screen";
import { programOffer, programPressed, programShow, programWithdraw } from "../program";
import { statusNotice } from "../status";
import { dhcpIsStatic } from "./dhcp";

let conflict: bool = false;
let againUs: u64 = 0;

export function conflictEnter(): void {
  conflict = false;
  programOffer();
}

export function conflictPoll(): BootState {
  if (programPressed()) return BootState.Craft;
  if (conflict) return conflictWait();
  const answer = arpProbe(addressOwn());
  timeWakeIn(IDLE_US);
  if (answer == Status.Pending) return BootState.Conflict;
  if (answer != 1) return BootState.Router;
  conflictShow();
  return BootState.Conflict;
}

function conflictShow(): void {
  conflict = true;
  againUs = timeNow() + CONFLICT_US;
  statusNotice(Notice.AddressConflict);
  screenSetText(Row.Prompt, dhcpIsStatic() ? ADDRESS_CONFLICT : DHCP_CONFLICT);
  programShow();
  if (!dhcpIsStatic()) dhcpClientDecline();
}

/** An address that was entered locally stays wrong until somebody comes. */
function conflictWait(): BootState {
  if (dhcpIsStatic()) timeWakeIn(IDLE_US);
  else timeWakeAt(againUs);
  if (dhcpIsStatic() || timeNow() < againUs) return BootState.Conflict;
  programWithdraw();
  return BootState.Dhcp;
}
