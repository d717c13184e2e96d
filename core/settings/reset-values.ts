// What the local procedure RESET VALUES leaves of the kept parameters (docs/STARTUP.md, craft): one more name is one more row.

import { keptBytes, keptNameBytes, keptNamePtr, keptNext, keptRemove } from "./kept";
import { parameterFind } from "./parameters";
import { Parameter } from "./table";

const SURVIVORS = memory.data<i32>([Parameter.AUTH]);
const SURVIVOR_COUNT: i32 = 1;

/** Everything else is forgotten, from a file or entered locally. */
export function resetValues(): void {
  for (let at: i32 = 0; at < keptBytes();) {
    if (isSurvivor(parameterFind(keptNamePtr(at), keptNameBytes(at)))) at = keptNext(at);
    else keptRemove(at);
  }
}

function isSurvivor(parameter: i32): bool {
  for (let row: i32 = 0; row < SURVIVOR_COUNT; row++) if (load<i32>(SURVIVORS + (<usize>row << 2)) == parameter) return true;
  return false;
}
