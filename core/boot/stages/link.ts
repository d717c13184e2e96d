// S.02: wait for the line port, then show its speed.

import { Row } from "../../../hal/abi";
import { BootState, Notice } from "../../../hal/events";
import { lineAddNumber, lineAddText, lineStart } from "../../base/line";
import { MBPS_ETHERNET, NO_ETHERNET } from "../../base/texts";
import { timeNow, timeWakeAt, timeWakeIn } from "../../base/time";
import { IDLE_US, NO_LINK_US } from "../../config";
import { linkSpeed } from "../../net/link";
import { screenSetLine, screenSetText } from "../../ui/screen";
import { statusNotice } from "../status";

let noticeUs: u64 = 0;
let noticed: bool = false;

export function linkEnter(): void {
  noticeUs = timeNow() + NO_LINK_US;
  noticed = false;
  if (linkSpeed() == 0) screenSetText(Row.Title, NO_ETHERNET);
}

export function linkPoll(): BootState {
  const speed = linkSpeed();
  if (speed == 0) return linkDown();
  lineStart();
  lineAddNumber(speed);
  lineAddText(MBPS_ETHERNET);
  screenSetLine(Row.Title);
  return BootState.Dhcp;
}

/** It waits for ever; after a while it says so. The host polls at once when the link comes. */
function linkDown(): BootState {
  if (!noticed && timeNow() >= noticeUs) {
    noticed = true;
    statusNotice(Notice.NoLink);
  }
  if (noticed) timeWakeIn(IDLE_US);
  else timeWakeAt(noticeUs);
  return BootState.Link;
}
