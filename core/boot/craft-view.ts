// What the local procedure VIEW shows, a line at a time: the telephone itself first, then every field of the other procedures.

import { Info, Kind } from "../../hal/abi";
import { lineAddByte, lineAddBytes, lineAddHex, lineAddNumber, lineAddText } from "../base/line";
import { systemInfo } from "../base/system";
import {
  LABEL_APP, LABEL_BOOT, LABEL_LINK, LABEL_MAC, LABEL_MODEL, LABEL_PROTOCOL, LABEL_SERIAL, LABEL_TEST, MBPS_ETHERNET, TEST_FAILED, TEST_OK,
  VALUE_SIP,
} from "../base/texts";
import { linkSpeed } from "../net/link";
import { macrosSerialBytes, macrosSerialPtr } from "../settings/macros";
import { parameterBytes, parameterPtr } from "../settings/parameters";
import { fieldsShowValue } from "./craft-fields";
import { FIELD_COUNT, fieldParameter } from "./craft-table";
import { selfTestPassed } from "./self-test";
import { softwareNameBytes, softwareNamePtr } from "./software";

/** In the order in which they are shown. */
enum Fact {
  Model,
  Serial,
  Mac,
  Protocol,
  Application,
  Boot,
  Link,
  SelfTest,
  Count,
}

const LABELS = memory.data<i32>([
  LABEL_MODEL, LABEL_SERIAL, LABEL_MAC, LABEL_PROTOCOL, LABEL_APP, LABEL_BOOT, LABEL_LINK, LABEL_TEST,
]);
export const VIEW_COUNT: i32 = Fact.Count + FIELD_COUNT;

const INFO_BYTES_MAX: i32 = 64;
const INFO = memory.data(64, 8);

/** Adds a line's text. */
export function viewShow(index: i32): void {
  if (index >= Fact.Count) return viewField(index - Fact.Count);
  lineAddText(load<i32>(LABELS + (<usize>index << 2)));
  lineAddByte(0x20);
  switch (index) {
    case Fact.Model: return lineAddBytes(INFO, systemInfo(Info.Model, INFO, INFO_BYTES_MAX));
    case Fact.Serial: return lineAddBytes(macrosSerialPtr(), macrosSerialBytes());
    case Fact.Mac: return lineAddHex(INFO, systemInfo(Info.Mac, INFO, INFO_BYTES_MAX), false);
    case Fact.Protocol: return lineAddText(VALUE_SIP);
    case Fact.Application: return viewFile(Kind.Application);
    case Fact.Boot: return viewFile(Kind.Boot);
    case Fact.Link: return viewLink();
    default: return lineAddText(selfTestPassed() ? TEST_OK : TEST_FAILED);
  }
}

function viewField(row: i32): void {
  fieldsShowValue(row, parameterPtr(fieldParameter(row)), parameterBytes(fieldParameter(row)));
}

function viewFile(kind: i32): void {
  lineAddBytes(softwareNamePtr(kind), softwareNameBytes(kind));
}

function viewLink(): void {
  lineAddNumber(linkSpeed());
  lineAddText(MBPS_ETHERNET);
}
