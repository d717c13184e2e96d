// State `router`: which router answers? Those on our subnet are asked by ARP in turn, three rounds; the first that answers is used.
//
// A site without routers goes on without one. A message stays half a minute, then the telephone restarts.

import { ResetCause, Row, Status } from "../../../hal/abi";
import { BootState, EventKind, Field, Notice } from "../../../hal/events";
import { asciiAddress } from "../../base/ascii";
import { eventAddress, eventBegin, eventCode, eventSend, eventText } from "../../base/events";
import { BAD_IP, BAD_ROUTER, BAD_SUBNET, FINDING_ROUTER, SUBNET_CONFLICT } from "../../base/texts";
import { timeNow, timeWakeAt, timeWakeIn, timeWakeNow } from "../../base/time";
import { IDLE_US, MESSAGE_RESET_US, ROUTER_ROUNDS } from "../../config";
import { addressConfigure, addressMask, addressOwn } from "../../net/address";
import { arpProbe } from "../../net/arp";
import { listCount, listItemBytes, listItemPtr } from "../../settings/list";
import { parameterBytes, parameterPtr } from "../../settings/parameters";
import { Parameter } from "../../settings/table";
import { screenClear, screenSetText } from "../../ui/screen";
import { programOffer, programPressed, programShow, programWithdraw } from "../program";
import { restartFor } from "./restart";

const ROUTER = memory.data(4, 4);

let routerIndex: i32 = 0;
let round: i32 = 0;
let cause: ResetCause = ResetCause.RouterSilent;
/** When the message ends; 0 while routers are still asked. */
let resetUs: u64 = 0;

export function routerEnter(): void {
  routerIndex = 0;
  round = 0;
  resetUs = 0;
  screenSetText(Row.Title, FINDING_ROUTER);
  programOffer();
  if (routerBadMask()) return routerMessage(BAD_SUBNET, Notice.BadAddress, ResetCause.BadAddress);
  if (routerBadAddress()) return routerMessage(BAD_IP, Notice.BadAddress, ResetCause.BadAddress);
  addressConfigure(0);
  if (routerCount() > 0 && !routerAnyOnSubnet()) routerMessage(SUBNET_CONFLICT, Notice.RouterSubnet, ResetCause.RouterSubnet);
}

export function routerPoll(): BootState {
  if (programPressed()) return BootState.Craft;
  if (resetUs != 0) return routerWait();
  if (routerCount() == 0) return routerLeave();
  if (!routerAt(routerIndex)) {
    routerNext();
    return BootState.Router;
  }
  const answer = arpProbe(load<u32>(ROUTER));
  timeWakeIn(IDLE_US);
  if (answer == Status.Pending) return BootState.Router;
  if (answer != 1) {
    routerNext();
    return BootState.Router;
  }
  addressConfigure(load<u32>(ROUTER));
  return routerLeave();
}

function routerLeave(): BootState {
  programWithdraw();
  screenClear(Row.Title);
  return BootState.FileServer;
}

function routerNext(): void {
  timeWakeNow();
  routerIndex++;
  if (routerIndex < routerCount()) return;
  routerIndex = 0;
  round++;
  if (round == ROUTER_ROUNDS) routerMessage(BAD_ROUTER, Notice.RouterSilent, ResetCause.RouterSilent);
}

function routerMessage(text: i32, notice: Notice, why: ResetCause): void {
  screenSetText(Row.Prompt, text);
  eventBegin(EventKind.Notice); // With what a verdict must name: the parameters are gone after the restart.
  eventCode(Field.Notice, notice);
  eventAddress(Field.Address, addressOwn());
  eventAddress(Field.Mask, addressMask());
  eventText(Field.Router, parameterPtr(Parameter.ROUTER), parameterBytes(Parameter.ROUTER));
  eventSend();
  programShow();
  cause = why;
  resetUs = timeNow() + MESSAGE_RESET_US;
}

function routerWait(): BootState {
  timeWakeAt(resetUs);
  if (timeNow() < resetUs) return BootState.Router;
  programWithdraw();
  restartFor(cause);
  return BootState.Restart;
}

function routerCount(): i32 {
  return listCount(parameterPtr(Parameter.ROUTER), parameterBytes(Parameter.ROUTER));
}

/** Reads one router of the list; false when it is no address of our subnet. */
function routerAt(index: i32): bool {
  const ptr = parameterPtr(Parameter.ROUTER);
  const bytes = parameterBytes(Parameter.ROUTER);
  if (!asciiAddress(listItemPtr(ptr, bytes, index), listItemBytes(ptr, bytes, index), ROUTER)) return false;
  return ((load<u32>(ROUTER) ^ addressOwn()) & addressMask()) == 0;
}

function routerAnyOnSubnet(): bool {
  for (let index: i32 = 0; index < routerCount(); index++) if (routerAt(index)) return true;
  return false;
}

/** 0, this network, loopback, multicast and reserved addresses are nobody's, nor are a subnet's first and last. */
function routerBadAddress(): bool {
  const first = addressOwn() >>> 24;
  const hosts = ~addressMask();
  const host = addressOwn() & hosts;
  return first == 0 || first == 127 || first >= 224 || (hosts > 1 && (host == 0 || host == hosts));
}

/** Ones, then zeros. */
function routerBadMask(): bool {
  const zeros = ~addressMask();
  return (zeros & (zeros + 1)) != 0;
}
