// Which VLAN the telephone is on, which one it should be on, and what happens when they differ (docs/STARTUP.md, VLAN).
//
// Tagged iff L2Q is 1, or L2Q is 0 and L2QVLAN is not 0; never with L2Q 2. A start begins as the last check before a reset
// said, else as the parameters in force say. Every look at it is one `vlan` event.

import { EventKind, Field, Source, VlanReason } from "../../hal/events";
import { eventBegin, eventCode, eventFlag, eventNumber, eventSend } from "../base/events";
import { lineAddNumber, lineBytes, linePtr, lineStart } from "../base/line";
import { linkConfigure, linkConfigurePc } from "../net/link";
import { parameterNumber, parameterSet } from "../settings/parameters";
import { Parameter } from "../settings/table";
import {
  retainedAddFailed, retainedHasFailed, retainedHasStart, retainedSetStart, retainedStartMode, retainedStartTest, retainedStartVlan,
} from "./retained";

const L2Q_AUTO: i32 = 0;
const L2Q_ON: i32 = 1;

let tagged: bool = false;
let vid: i32 = 0;
/** Of the line port since the start: a settings file's PHY1STAT would cut the link that it came by. */
let phy: i32 = 0;
let priority: i32 = 0;

/** The values kept over a reset, which rank as stored ones. */
export function vlanKept(): void {
  if (!retainedHasStart()) return;
  vlanKeep(Parameter.L2QVLAN, retainedStartVlan());
  vlanKeep(Parameter.L2Q, retainedStartMode());
  vlanKeep(Parameter.VLANTEST, retainedStartTest());
}

/** Chooses how this start begins and sets the ports. */
export function vlanStart(): void {
  vlanKept();
  phy = parameterNumber(Parameter.PHY1STAT);
  // A VLAN that did not answer since power-up is begun without: with priority tags where tagging is on.
  if (vlanWantsFailed()) vlanUse(parameterNumber(Parameter.L2Q) == L2Q_ON, 0);
  else vlanUse(vlanWantsTag(), parameterNumber(Parameter.L2QVLAN));
  vlanEvent(VlanReason.Stored, tagged, vid, false);
}

export function vlanIsTagged(): bool {
  return tagged;
}

/** The VLAN in use; 0 untagged or priority tagging. */
export function vlanInUse(): i32 {
  return tagged ? vid : 0;
}

/** Nobody answered on this VLAN: without it from now on, with priority tags if tagging is on. */
export function vlanFallBack(): void {
  const onTag = parameterNumber(Parameter.L2Q) == L2Q_ON;
  retainedAddFailed(vid);
  vlanEvent(VlanReason.Vlantest, onTag, 0, true);
  vlanUse(onTag, 0);
}

/**
 * Compares what is in use with what the parameters want. True when the telephone must restart to follow them: the start that
 * comes is told where to begin. A VLAN that did not answer since power-up is not gone back to.
 */
export function vlanCheck(reason: VlanReason): bool {
  const wantTagged = vlanWantsTag();
  const wantVid = wantTagged ? parameterNumber(Parameter.L2QVLAN) : 0;
  const differs = wantTagged != tagged || wantVid != vlanInUse();
  const failed = differs && vlanIsFailed(wantTagged, wantVid);
  vlanEvent(reason, wantTagged, wantVid, differs && !failed);
  if (failed) vlanEvent(VlanReason.FailedList, wantTagged, wantVid, false);
  if (!differs || failed) {
    vlanConfigurePc();
    return false;
  }
  retainedSetStart(parameterNumber(Parameter.L2Q), parameterNumber(Parameter.L2QVLAN), parameterNumber(Parameter.VLANTEST));
  return true;
}

/** Puts a priority into use that came after the start. No stream may be open: they are reset. */
export function vlanRefresh(): void {
  if (parameterNumber(Parameter.L2QSIG) != priority) vlanUse(tagged, vid);
}

/** The settings file's wish is told when it is read; the check at call-server contact acts on it. The PC port follows at once. */
export function vlanReport(reason: VlanReason): void {
  const wantTagged = vlanWantsTag();
  const wantVid = wantTagged ? parameterNumber(Parameter.L2QVLAN) : 0;
  const differs = wantTagged != tagged || wantVid != vlanInUse();
  vlanEvent(reason, wantTagged, wantVid, differs && !vlanIsFailed(wantTagged, wantVid));
  vlanConfigurePc();
}

function vlanIsFailed(withTag: bool, id: i32): bool {
  return withTag && id != 0 && retainedHasFailed(id);
}

function vlanKeep(parameter: i32, value: i32): void {
  lineStart();
  lineAddNumber(value);
  parameterSet(parameter, linePtr(), lineBytes(), Source.Stored);
}

function vlanWantsTag(): bool {
  const mode = parameterNumber(Parameter.L2Q);
  return mode == L2Q_ON || (mode == L2Q_AUTO && parameterNumber(Parameter.L2QVLAN) != 0);
}

function vlanWantsFailed(): bool {
  const wanted = parameterNumber(Parameter.L2QVLAN);
  return wanted != 0 && retainedHasFailed(wanted);
}

function vlanUse(withTag: bool, id: i32): void {
  tagged = withTag;
  vid = withTag ? id : 0;
  priority = parameterNumber(Parameter.L2QSIG);
  linkConfigure(phy, tagged, vid, priority);
  vlanConfigurePc();
}

/** The PC port as the parameters have it now: it may change at any time, for the telephone's own traffic is not touched by it. */
function vlanConfigurePc(): void {
  const separated = parameterNumber(Parameter.VLANSEP) == 1 && tagged && vid != 0;
  linkConfigurePc(parameterNumber(Parameter.PHY2STAT), separated, parameterNumber(Parameter.PHY2VLAN), parameterNumber(Parameter.PHY2PRIO));
}

function vlanEvent(reason: VlanReason, wantTagged: bool, wantVid: i32, changed: bool): void {
  eventBegin(EventKind.Vlan);
  eventFlag(Field.Tagging, wantTagged);
  eventNumber(Field.Vid, wantVid);
  eventNumber(Field.From, vlanInUse());
  eventNumber(Field.To, wantVid);
  eventCode(Field.VlanReason, reason);
  eventFlag(Field.Changed, changed);
  eventSend();
}
