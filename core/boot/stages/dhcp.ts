// State `dhcp`: an address by DHCP, or the one entered locally. The seconds are counted on the Title Line, the VLAN stands below.
//
// A tagged VLAN that offers nothing for VLANTEST seconds is given up for this power cycle, and DHCP begins again without it.

import { ResetCause, Row, Status } from "../../../hal/abi";
import { BootState, Notice, VlanReason } from "../../../hal/events";
import { lineAddNumber, lineAddText, lineStart } from "../../base/line";
import { DHCP_SECS, SECS, VLAN_ID } from "../../base/texts";
import { timeNow, timeWakeAt, timeWakeIn } from "../../base/time";
import { addressIsStatic } from "../../net/address";
import {
  dhcpClientHasOffer, dhcpClientIsSilent, dhcpClientPoll, dhcpClientRelease, dhcpClientSecondLeftUs, dhcpClientSeconds,
  dhcpClientStart, dhcpClientStop,
} from "../../net/dhcp-client";
import { linkSpeed } from "../../net/link";
import { option242Poll } from "../../settings/option242";
import { parameterNumber, parametersReportPoll } from "../../settings/parameters";
import { Parameter } from "../../settings/table";
import { screenClear, screenSetLine } from "../../ui/screen";
import { passBegin } from "../pass";
import { statusNotice } from "../status";
import { vlanCheck, vlanFallBack, vlanInUse, vlanIsTagged } from "../vlan";
import { restartFor } from "./restart";

const SECOND_US: u64 = 1000000;

let isStatic: bool = false;
let testUs: u64 = 0;
let noticed: bool = false;
let began: bool = false;
let againUs: u64 = 0;

/** True when the address in use was entered locally. */
export function dhcpIsStatic(): bool {
  return isStatic;
}

/** What an earlier lease and its files brought is forgotten: the next one may not bring it. */
export function dhcpEnter(): void {
  passBegin(true);
  isStatic = addressIsStatic();
  noticed = false;
  againUs = timeNow();
  if (!isStatic) dhcpBegin();
}

export function dhcpPoll(): BootState {
  if (linkSpeed() == 0) {
    dhcpClientStop();
    return BootState.Link;
  }
  if (!parametersReportPoll()) return dhcpMore();
  if (isStatic) return BootState.Conflict;
  if (!began) return dhcpAgain();
  if (dhcpClientPoll() == Status.Ok) return option242Poll() ? dhcpBound() : dhcpMore();
  dhcpShow();
  dhcpTest();
  if (dhcpClientIsSilent() && !noticed) {
    noticed = true;
    statusNotice(Notice.NoOffer);
  }
  return BootState.Dhcp;
}

function dhcpBegin(): void {
  began = dhcpClientStart(vlanInUse()) == Status.Ok;
  testUs = timeNow() + <u64>parameterNumber(Parameter.VLANTEST) * SECOND_US;
  timeWakeIn(0);
}

/** The network had no port to give: it is asked again. */
function dhcpAgain(): BootState {
  if (timeNow() >= againUs) dhcpBegin();
  if (!began) againUs = timeNow() + SECOND_US;
  timeWakeAt(againUs);
  return BootState.Dhcp;
}

/** There is more to do than one poll may: parameters to tell, or items of option 242. */
function dhcpMore(): BootState {
  timeWakeIn(0);
  return BootState.Dhcp;
}

function dhcpBound(): BootState {
  screenClear(Row.Prompt); // A conflict's message stays until an address is bound.
  screenClear(Row.Application);
  if (!vlanCheck(VlanReason.Option242)) return BootState.Conflict;
  dhcpClientRelease();
  restartFor(ResetCause.Vlan);
  return BootState.Restart;
}

/** VLANTEST 0 tries for ever. */
function dhcpTest(): void {
  if (!vlanIsTagged() || vlanInUse() == 0 || parameterNumber(Parameter.VLANTEST) == 0 || dhcpClientHasOffer()) return;
  timeWakeAt(testUs);
  if (timeNow() < testUs) return;
  vlanFallBack();
  dhcpBegin();
}

function dhcpShow(): void {
  lineStart();
  lineAddText(DHCP_SECS);
  lineAddNumber(dhcpClientSeconds());
  lineAddText(SECS);
  screenSetLine(Row.Title);
  if (vlanIsTagged()) {
    lineStart();
    lineAddText(VLAN_ID);
    lineAddNumber(vlanInUse());
    screenSetLine(Row.Application);
  } else screenClear(Row.Application); // Given up after VLANTEST.
  timeWakeIn(dhcpClientSecondLeftUs());
}
