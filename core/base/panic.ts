// What a broken assumption does: tell the host where, then trap. The host makes a new instance.

import { Panic } from "../../hal/abi";
import { halSysPanic } from "../../hal/system";

/** Stands in for `abort`: every `assert` of the core ends here, in release builds too. */
export function onAbort(_message: usize, file: usize, line: u32, _column: u32): void {
  const fileBytes = file == 0 ? 0 : load<i32>(file - 4); // A string object keeps its byte count there.
  halSysPanic(Panic.Assertion, <i32>line, file, fileBytes);
  unreachable();
}
