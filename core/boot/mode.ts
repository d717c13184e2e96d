// What this instance was started for.

import { Mode } from "../../hal/abi";

let mode: Mode = Mode.Telephone;

export function modeSet(value: Mode): void {
  mode = value;
}

export function modeGet(): Mode {
  return mode;
}
