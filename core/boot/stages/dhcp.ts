// State `dhcp`: an address by DHCP, or the one entered locally. The seconds are counted on the Title Line, the VLAN stands below.
//
// A tagged VLAN that offers nothing for VLANTEST seconds is given up for this power cycle, and DHCP begins again without it.

import { ResetCause, Row, Status } from "../../../hal/abi";
import { BootState, Notice, VlanReason } from "../../../hal/events";
import { asciiAddress } from "../../base/ascii";
import { lineAddNumber, lineAddText, lineStart } from "../../base/line";
import { DHCP_SECS, SECS, VLAN_ID } from "../../base/texts";
import { timeNow, timeWakeAt, timeWakeIn } from "../../base/time";
import {
  dhcpClientHasOffer, dhcpClientIsSilent, dhcpClientPoll, dhcpClientRelease, dhcpClientSecondLeftUs, dhcpClientSeconds, dhcpClientStart, dhcpClientStop,
} from "../../net/dhcp-client";
import { linkSpeed } from "../../net/link";
import { udpConfigure } from "../../net/udp";
import { listCount, listItemBytes, listItemPtr } from "../../settings/list";
import { parameterBytes, parameterNumber, parameterPtr } from "../../settings/parameters";
import { Parameter } from "../../settings/table";
import { screenClear, screenSetLine } from "../../ui/screen";
import { statusNotice } from "../status";
import { vlanCheck, vlanFallBack, vlanInUse, vlanIsTagged } from "../vlan";
import { restartFor } from "./restart";

const SECOND_US: u64 = 1000000;
const ADDRESSES = memory.data(12, 4); // Address, mask, router.

let isStatic: bool = false;
let testUs: u64 = 0;
let noticed: bool = false;

/** True when the address in use was entered locally. */
export function dhcpIsStatic(): bool {
  return isStatic;
}

export function dhcpEnter(): void {
  isStatic = dhcpStatic();
  noticed = false;
  if (!isStatic) dhcpBegin();
}

export function dhcpPoll(): BootState {
  if (linkSpeed() == 0) {
    dhcpClientStop();
    return BootState.Link;
  }
  if (isStatic) return BootState.Conflict;
  if (dhcpClientPoll() == Status.Ok) return dhcpBound();
  dhcpShow();
  dhcpTest();
  if (dhcpClientIsSilent() && !noticed) {
    noticed = true;
    statusNotice(Notice.NoOffer);
  }
  return BootState.Dhcp;
}

function dhcpBegin(): void {
  dhcpClientStart(vlanInUse());
  testUs = timeNow() + <u64>parameterNumber(Parameter.VLANTEST) * SECOND_US;
  timeWakeIn(0);
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
  }
  timeWakeIn(dhcpClientSecondLeftUs());
}

/** USE_DHCP 0 with an address entered locally. */
function dhcpStatic(): bool {
  store<u32>(ADDRESSES, 0);
  store<u32>(ADDRESSES, 0, 4);
  store<u32>(ADDRESSES, 0, 8);
  if (parameterNumber(Parameter.USE_DHCP) != 0) return false;
  if (!asciiAddress(parameterPtr(Parameter.IPADD), parameterBytes(Parameter.IPADD), ADDRESSES) || load<u32>(ADDRESSES) == 0) return false;
  asciiAddress(parameterPtr(Parameter.NETMASK), parameterBytes(Parameter.NETMASK), ADDRESSES + 4);
  const list = parameterPtr(Parameter.ROUTER);
  const listBytes = parameterBytes(Parameter.ROUTER);
  if (listCount(list, listBytes) > 0) asciiAddress(listItemPtr(list, listBytes, 0), listItemBytes(list, listBytes, 0), ADDRESSES + 8);
  udpConfigure(load<u32>(ADDRESSES), load<u32>(ADDRESSES, 4), load<u32>(ADDRESSES, 8), parameterNumber(Parameter.MTU_SIZE));
  return true;
}
