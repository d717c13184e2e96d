// State `dhcp`: an address by DHCP, the seconds counted on the Title Line.

import { Row, Status } from "../../../hal/abi";
import { BootState } from "../../../hal/events";
import { lineAddNumber, lineAddText, lineStart } from "../../base/line";
import { DHCP_SECS, SECS } from "../../base/texts";
import { timeWakeIn } from "../../base/time";
import { linkSpeed } from "../../net/link";
import { dhcpClientPoll, dhcpClientSecondLeftUs, dhcpClientSeconds, dhcpClientStart, dhcpClientStop } from "../../net/dhcp-client";
import { screenClear, screenSetLine } from "../../ui/screen";

export function dhcpEnter(): void {
  dhcpClientStart();
}

export function dhcpPoll(): BootState {
  if (linkSpeed() == 0) {
    dhcpClientStop();
    return BootState.Link;
  }
  if (dhcpClientPoll() == Status.Ok) {
    screenClear(Row.Title);
    return BootState.FileServer;
  }
  lineStart();
  lineAddText(DHCP_SECS);
  lineAddNumber(dhcpClientSeconds());
  lineAddText(SECS);
  screenSetLine(Row.Title);
  timeWakeIn(dhcpClientSecondLeftUs());
  return BootState.Dhcp;
}
