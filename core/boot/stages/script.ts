// State `script`: the upgrade script and the files that its GETs name, one after the other; then what is to be loaded.

import { Kind, Mode, Option, Row, Status } from "../../../hal/abi";
import { BootState, ScriptWhy, Source, VlanReason } from "../../../hal/events";
import { bytesEqual } from "../../base/bytes";
import { systemOption } from "../../base/system";
import { timeWakeNow } from "../../base/time";
import { FILE_NAME_BYTES_MAX } from "../../config";
import {
  interpreterGetBytes, interpreterGetPtr, interpreterGetResult, interpreterStatus, interpreterWhy,
} from "../../script/interpreter";
import { keptCarry, keptFileEnd, keptFileStart } from "../../settings/kept";
import { parameterBytes, parameterNameBytes, parameterNamePtr, parameterPtr } from "../../settings/parameters";
import { Parameter } from "../../settings/table";
import { screenClear } from "../../ui/screen";
import { certificatesInit, certificatesPoll } from "../certificates";
import { confirmPoll } from "../confirm";
import { Fetch, fetchPoll, fetchStart } from "../fetch";
import { keepPoll } from "../keep";
import { modeGet } from "../mode";
import { softwareNameBytes, softwareNamePtr, softwareSend, softwareSetName } from "../software";
import { statusSetUpgrade, UPGRADE_INTERPRETED, UPGRADE_NOT_INTERPRETED } from "../status";
import { Target, transferInterpret } from "../transfer";
import { vlanReport } from "../vlan";
import { downloadStart } from "./download";
import { scriptRoom, scriptTake } from "./file-server";

const STATUS_WANTS_GET: i32 = 1;
const STATUS_ENDED: i32 = 2;

let fetching: bool = false;
let ended: bool = false;
let interpreted: bool = false;
// Of the GETs: one brought a file, none did, a server was silent or the file too large.
let obtained: bool = false;
let missed: bool = false;
let failed: bool = false;
let kept: bool = false;
/** The certificates of TRUSTCERTS are obtained, or are left as they are. */
let trusted: bool = false;

export function scriptEnter(): void {
  fetching = false;
  ended = false;
  interpreted = false;
  obtained = false;
  missed = false;
  failed = false;
  kept = false;
  trusted = false;
  certificatesInit();
  keptFileStart();
}

export function scriptPoll(): BootState {
  if (ended) return scriptNext();
  if (fetching) {
    scriptFetched();
    return BootState.Script;
  }
  transferInterpret();
  const status = interpreterStatus();
  if (status == STATUS_WANTS_GET) scriptGet();
  if (status == STATUS_ENDED) scriptEnd();
  if (status == STATUS_WANTS_GET || status == STATUS_ENDED) timeWakeNow();
  return BootState.Script;
}

function scriptGet(): void {
  if (interpreterGetBytes() == 0 || interpreterGetBytes() > FILE_NAME_BYTES_MAX) return interpreterGetResult(false);
  fetching = true;
  fetchStart(interpreterGetPtr(), interpreterGetBytes(), Target.Script, scriptRoom());
}

/** A file that came takes over for good; without it the next line follows. */
function scriptFetched(): void {
  const how = fetchPoll();
  if (how == Fetch.Pending) return;
  fetching = false;
  timeWakeNow();
  interpreterGetResult(how == Fetch.Obtained);
  if (how == Fetch.Obtained) obtained = true;
  else if (how == Fetch.NotObtained) missed = true;
  else failed = true;
  if (how != Fetch.Obtained) return;
  interpreted = true; // The upgrade script was; what becomes of further files is told by their own events.
  scriptTake(Source.Settings);
}

function scriptEnd(): void {
  ended = true;
  if (!interpreted) interpreted = interpreterWhy() != ScriptWhy.NotAScript;
  screenClear(Row.Title);
  const well = scriptIsWell();
  trusted = !well;
  // It stays until a file says otherwise.
  if (well) keptCarry(parameterNamePtr(Parameter.AUTH), parameterNameBytes(Parameter.AUTH));
  keptFileEnd(well);
  if (modeGet() == Mode.Lex) return;
  if (modeGet() == Mode.Telephone) vlanReport(VlanReason.Settings); // It takes effect at call-server contact.
  statusSetUpgrade(interpreted ? UPGRADE_INTERPRETED : UPGRADE_NOT_INTERPRETED);
}

/**
 * True when all that was to be set was: the last file was followed to its end, and a settings file was among those that a GET named.
 * The set in use is else worth less than the one kept: a server may be busy, or somebody at work on its files.
 */
function scriptIsWell(): bool {
  const end = interpreterWhy();
  return (end == ScriptWhy.EndOfFile || end == ScriptWhy.TagNotFound) && !failed && (obtained || !missed);
}

/**
 * An interpreted script's certificates are obtained, it stores its parameters and confirms the boot image that got this far; then the
 * application that it names is looked for.
 */
function scriptNext(): BootState {
  if (modeGet() != Mode.Telephone) return BootState.Ended;
  if (interpreted && !trusted) {
    if (certificatesPoll() == Status.Pending) return BootState.Script;
    trusted = true;
  }
  if (interpreted && !kept) {
    if (keepPoll() == Status.Pending) return BootState.Script;
    kept = true;
  }
  if (interpreted && confirmPoll(Kind.Boot) == Status.Pending) return BootState.Script;
  const nameBytes = parameterBytes(Parameter.APPNAME);
  if (nameBytes == 0 || nameBytes > FILE_NAME_BYTES_MAX || scriptIsStored(nameBytes)) return BootState.CallServer;
  if (systemOption(Option.AsAsked)) {
    softwareSetName(Kind.Application, parameterPtr(Parameter.APPNAME), nameBytes);
    softwareSend();
    return BootState.CallServer;
  }
  downloadStart(parameterPtr(Parameter.APPNAME), nameBytes);
  return BootState.Download;
}

/** The name decides, not the version: the file that the script names runs, be it newer or older (the manual of release 2.0). */
function scriptIsStored(nameBytes: i32): bool {
  return scriptNameIs(Kind.Application, nameBytes) || scriptNameIs(Kind.Boot, nameBytes);
}

function scriptNameIs(kind: i32, nameBytes: i32): bool {
  if (softwareNameBytes(kind) != nameBytes) return false;
  return bytesEqual(softwareNamePtr(kind), parameterPtr(Parameter.APPNAME), nameBytes);
}
