// Which file servers are asked, at which port and in which folder: what the parameters in force say.
//
// In the modes without a start-up whoever runs the module is the file server, whatever the file itself says of servers.

import { Mode } from "../../hal/abi";
import { parameterBytes, parameterNumber, parameterPtr } from "../settings/parameters";
import { Parameter } from "../settings/table";
import { HTTP_PORT } from "../wire/uri";
import { modeGet } from "./mode";

const HOST = memory.data<u8>([0x31, 0x32, 0x37, 0x2e, 0x30, 0x2e, 0x30, 0x2e, 0x31]); // 127.0.0.1
const HOST_BYTES: i32 = 9;

/** A list with commas. */
export function serversPtr(): usize {
  return ofHost() ? HOST : parameterPtr(Parameter.HTTPSRVR);
}

export function serversBytes(): i32 {
  return ofHost() ? HOST_BYTES : parameterBytes(Parameter.HTTPSRVR);
}

export function serversPort(): i32 {
  return ofHost() ? HTTP_PORT : parameterNumber(Parameter.HTTPPORT);
}

export function serversFolderPtr(): usize {
  return parameterPtr(Parameter.HTTPDIR);
}

export function serversFolderBytes(): i32 {
  return ofHost() ? 0 : parameterBytes(Parameter.HTTPDIR);
}

function ofHost(): bool {
  return modeGet() != Mode.Telephone;
}
