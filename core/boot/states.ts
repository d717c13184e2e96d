// The states of a start-up in one table: for each what to do on entering it, and what a poll of it does.
//
// A stage's poll returns the state to go to; its own state means that it stays.

import { BootState } from "../../hal/events";
import { callServerEnter, callServerPoll } from "./stages/call-server";
import { conflictEnter, conflictPoll } from "./stages/conflict";
import { craftEnter, craftPoll } from "./stages/craft";
import { dhcpEnter, dhcpPoll } from "./stages/dhcp";
import { downloadEnter, downloadPoll } from "./stages/download";
import { eraseEnter, erasePoll } from "./stages/erase";
import { fileServerEnter, fileServerPoll } from "./stages/file-server";
import { hardwareEnter, hardwarePoll } from "./stages/hardware";
import { linkEnter, linkPoll } from "./stages/link";
import { loginEnter, loginPoll } from "./stages/login";
import { powerUpEnter, powerUpPoll } from "./stages/power-up";
import { registeredEnter, registeredPoll } from "./stages/registered";
import { restartEnter, restartPoll } from "./stages/restart";
import { routerEnter, routerPoll } from "./stages/router";
import { scepEnter, scepPoll } from "./stages/scep";
import { scriptEnter, scriptPoll } from "./stages/script";
import { writeEnter, writePoll } from "./stages/write";

export function statesEnter(state: BootState): void {
  switch (state) {
    case BootState.PowerUp: return powerUpEnter();
    case BootState.Hardware: return hardwareEnter();
    case BootState.Link: return linkEnter();
    case BootState.Dhcp: return dhcpEnter();
    case BootState.Conflict: return conflictEnter();
    case BootState.Router: return routerEnter();
    case BootState.FileServer: return fileServerEnter();
    case BootState.Script: return scriptEnter();
    case BootState.Download: return downloadEnter();
    case BootState.Erase: return eraseEnter();
    case BootState.Write: return writeEnter();
    case BootState.Restart: return restartEnter();
    case BootState.CallServer: return callServerEnter();
    case BootState.Scep: return scepEnter();
    case BootState.Login: return loginEnter();
    case BootState.Registered: return registeredEnter();
    case BootState.Craft: return craftEnter();
    default: assert(state == BootState.Ended);
  }
}

/** True in the states that need the network: without link or address they begin again. */
export function statesNeedNetwork(state: BootState): bool {
  switch (state) {
    case BootState.Conflict:
    case BootState.Router:
    case BootState.FileServer:
    case BootState.Script:
    case BootState.Download:
    case BootState.CallServer:
    case BootState.Scep: return true;
    default: return false;
  }
}

/** True in the states that listen to LLDP: not while flash is written, and not before the link. */
export function statesHaveLldp(state: BootState): bool {
  return statesNeedNetwork(state) || state == BootState.Dhcp || statesAreFinal(state);
}

/** True in the states in which a start-up may end: a link that goes away changes nothing there, a lease that is lost does. */
export function statesAreFinal(state: BootState): bool {
  return state == BootState.Login || state == BootState.Registered;
}

export function statesPoll(state: BootState): BootState {
  switch (state) {
    case BootState.PowerUp: return powerUpPoll();
    case BootState.Hardware: return hardwarePoll();
    case BootState.Link: return linkPoll();
    case BootState.Dhcp: return dhcpPoll();
    case BootState.Conflict: return conflictPoll();
    case BootState.Router: return routerPoll();
    case BootState.FileServer: return fileServerPoll();
    case BootState.Script: return scriptPoll();
    case BootState.Download: return downloadPoll();
    case BootState.Erase: return erasePoll();
    case BootState.Write: return writePoll();
    case BootState.Restart: return restartPoll();
    case BootState.CallServer: return callServerPoll();
    case BootState.Scep: return scepPoll();
    case BootState.Login: return loginPoll();
    case BootState.Registered: return registeredPoll();
    case BootState.Craft: return craftPoll();
    default: return BootState.Ended;
  }
}
