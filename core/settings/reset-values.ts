// What the local procedure RESET VALUES leaves of the kept values (docs/STARTUP.md, craft): AUTH, and extension and password of the user.

import { bytesEqual } from "../base/bytes";
import { NAME_PASSWORD, NAME_USERNAME, textBytes, textPtr } from "../base/texts";
import { keptBytes, keptNameBytes, keptNamePtr, keptNext, keptRemove } from "./kept";
import { parameterFind } from "./parameters";
import { Parameter } from "./table";

/** Everything else is forgotten, from a file or entered locally. */
export function resetValues(): void {
  for (let at: i32 = 0; at < keptBytes();) {
    if (isSurvivor(keptNamePtr(at), keptNameBytes(at))) at = keptNext(at);
    else keptRemove(at);
  }
}

function isSurvivor(ptr: usize, bytes: i32): bool {
  return parameterFind(ptr, bytes) == Parameter.AUTH || isText(NAME_USERNAME, ptr, bytes) || isText(NAME_PASSWORD, ptr, bytes);
}

function isText(text: i32, ptr: usize, bytes: i32): bool {
  return textBytes(text) == bytes && bytesEqual(textPtr(text), ptr, bytes);
}
