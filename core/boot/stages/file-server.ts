// State `file-server`: the first file from a file server: the upgrade script, or the file that modes 1 to 3 are about.

import { Info, Kind, Mode, Row } from "../../../hal/abi";
import { BootState, Notice, Source } from "../../../hal/events";
import { asciiUpper } from "../../base/ascii";
import { bytesCopy } from "../../base/bytes";
import { systemInfo } from "../../base/system";
import { NO_FILE_SERVER, UPGRADE_16XX, UPGRADE_96X0, UPGRADE_96X1, UPGRADE_J100, textBytes, textPtr } from "../../base/texts";
import { FILE_NAME_BYTES_MAX, SCRIPT_BYTES_MAX } from "../../config";
import { interpreterInit, interpreterLex, interpreterNames, interpreterSecure } from "../../script/interpreter";
import { screenClear, screenSetText } from "../../ui/screen";
import { Fetch, fetchAbort, fetchNameBytes, fetchNamePtr, fetchPoll, fetchStart, fetchWasSecure } from "../fetch";
import { modeGet } from "../mode";
import { programOffer, programPressed, programWithdraw } from "../program";
import { softwareNameBytes, softwareNamePtr } from "../software";
import { statusNotice, statusSetUpgrade, UPGRADE_NOT_INTERPRETED, UPGRADE_NOT_OBTAINED } from "../status";
import { Target, transferScriptRoom, transferScriptStart } from "../transfer";
import { downloadStart } from "./download";

const NAME = memory.data(128, 8);
const MODEL_BYTES: i32 = 4; // MODEL4 tells the family.
const MODEL = memory.data(4, 4);

export function fileServerEnter(): void {
  const nameBytes = fileServerFirstFile();
  if (modeGet() == Mode.VerifyImage) return downloadStart(NAME, nameBytes);
  interpreterInit();
  interpreterLex(modeGet() == Mode.Lex);
  interpreterNames(
    softwareNamePtr(Kind.Boot), softwareNameBytes(Kind.Boot),
    softwareNamePtr(Kind.Application), softwareNameBytes(Kind.Application),
  );
  programOffer();
  fetchStart(NAME, nameBytes, Target.Script, scriptRoom());
}

export function fileServerPoll(): BootState {
  if (modeGet() == Mode.VerifyImage) return BootState.Download;
  if (programPressed()) {
    fetchAbort();
    return BootState.Craft;
  }
  const how = fetchPoll();
  if (how == Fetch.Pending) return BootState.FileServer;
  programWithdraw();
  if (how == Fetch.Obtained) {
    scriptTake(Source.Script);
    return BootState.Script;
  }
  return fileServerWithout(how);
}

/** Start-up goes on with stored software and parameters. */
function fileServerWithout(how: Fetch): BootState {
  statusSetUpgrade(how == Fetch.Refused ? UPGRADE_NOT_INTERPRETED : UPGRADE_NOT_OBTAINED);
  if (how == Fetch.NoServer) {
    screenSetText(Row.Title, NO_FILE_SERVER);
    statusNotice(Notice.NoFileServer);
  } else {
    screenClear(Row.Title);
    if (how == Fetch.Silent) statusNotice(Notice.FileServersSilent);
  }
  return modeGet() == Mode.Telephone ? BootState.CallServer : BootState.Ended;
}

/** The file just obtained takes the place of the one in use. */
export function scriptTake(source: Source): void {
  interpreterSecure(modeGet() != Mode.Telephone || fetchWasSecure());
  transferScriptStart(fetchNamePtr(), fetchNameBytes(), source);
}

/** Room for one script: half of staging, at most the language's own limit. */
export function scriptRoom(): u32 {
  const room = transferScriptRoom();
  return room < SCRIPT_BYTES_MAX ? room : SCRIPT_BYTES_MAX;
}

/** The name given by the user, or the family's upgrade script: 9608 to 9641 are 96x1, J1xx, 16xx, others 96x0. */
function fileServerFirstFile(): i32 {
  const bytes = systemInfo(Info.FirstFile, NAME, FILE_NAME_BYTES_MAX);
  if (bytes > 0) return bytes;
  const text = fileServerFamily(systemInfo(Info.Model, MODEL, MODEL_BYTES));
  bytesCopy(NAME, textPtr(text), textBytes(text));
  return textBytes(text);
}

/** 9608, 9611, 9621 and 9641 are 96x1; J1xx and 16xx have scripts of their own; all others are 96x0. */
function fileServerFamily(modelBytes: i32): i32 {
  if (modelBytes < MODEL_BYTES) return UPGRADE_96X0;
  if (asciiUpper(load<u8>(MODEL)) == 0x4a) return UPGRADE_J100;
  const first = load<u8>(MODEL) == 0x39 ? load<u8>(MODEL + 1) : 0;
  const last = load<u8>(MODEL + 3);
  if (first == 0x36) return last == 0x31 || (last == 0x38 && load<u8>(MODEL + 2) == 0x30) ? UPGRADE_96X1 : UPGRADE_96X0;
  return load<u8>(MODEL) == 0x31 && load<u8>(MODEL + 1) == 0x36 ? UPGRADE_16XX : UPGRADE_96X0;
}
