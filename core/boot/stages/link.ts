// State `link`: wait for the line port, then show its speed.
//
// A cable that was pulled may come back on another network: parameters return to what is stored and entered locally.

import { Row } from "../../../hal/abi";
import { BootState, Notice } from "../../../hal/events";
import { lineAddNumber, lineAddText, lineStart } from "../../base/line";
import { MBPS_ETHERNET, NO_ETHERNET } from "../../base/texts";
import { timeNow, timeWakeAt, timeWakeIn, timeWakeNow } from "../../base/time";
import { IDLE_US, LINK_SHOWN_US, NO_LINK_US } from "../../config";
import { linkSpeed } from "../../net/link";
import { lldpAgentInit } from "../../net/lldp-agent";
import { parametersMark, parametersReportPoll } from "../../settings/parameters";
import { screenClear, screenSetLine, screenSetText } from "../../ui/screen";
import { passBegin } from "../pass";
import { statusNotice } from "../status";
import { vlanStart } from "../vlan";

let again: bool = false;
let noticeUs: u64 = 0;
let noticed: bool = false;
/** When the speed has been on the screen long enough; 0 before there is one. */
let shownUs: u64 = 0;

export function linkEnter(): void {
  if (again) passBegin(false);
  vlanStart();
  if (!again) parametersMark();
  again = true;
  screenClear(Row.Application); // The VLAN's number.
  lldpAgentInit();
  noticeUs = timeNow() + NO_LINK_US;
  noticed = false;
  shownUs = 0;
}

export function linkPoll(): BootState {
  if (!parametersReportPoll()) {
    timeWakeNow();
    return BootState.Link;
  }
  const speed = linkSpeed();
  if (speed == 0) return linkDown();
  if (shownUs == 0) linkShow(speed);
  timeWakeAt(shownUs);
  return timeNow() < shownUs ? BootState.Link : BootState.Dhcp;
}

function linkShow(speed: i32): void {
  shownUs = timeNow() + LINK_SHOWN_US;
  lineStart();
  lineAddNumber(speed);
  lineAddText(MBPS_ETHERNET);
  screenSetLine(Row.Title);
}

/** It waits for ever; after a while it says so. The host polls at once when the link comes. */
function linkDown(): BootState {
  shownUs = 0;
  screenSetText(Row.Title, NO_ETHERNET);
  if (!noticed && timeNow() >= noticeUs) {
    noticed = true;
    statusNotice(Notice.NoLink);
  }
  if (noticed) timeWakeIn(IDLE_US);
  else timeWakeAt(noticeUs);
  return BootState.Link;
}
