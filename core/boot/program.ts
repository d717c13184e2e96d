// The `Program` softkey: offered where the start-up may be interrupted for the local procedures (docs/STARTUP.md).
//
// Only PROCSTAT 0 lets anybody in; otherwise the softkey is not shown and its synonym, the key `*`, gives the error tone.

import { PROGRAM } from "../base/texts";
import { parameterNumber } from "../settings/parameters";
import { Parameter } from "../settings/table";
import { screenBeep, screenSetSoftkey } from "../ui/screen";
import { inputsKey, inputsSoftkey, inputsTaken } from "./inputs";

const STAR: i32 = 0x2a;

/** Shows the softkey when it may be used. */
export function programOffer(): void {
  screenSetSoftkey(0, programAllowed() ? PROGRAM : 0);
}

/** Shows the softkey even where it will only give the error tone: at messages that wait for somebody. */
export function programShow(): void {
  screenSetSoftkey(0, PROGRAM);
}

export function programWithdraw(): void {
  screenSetSoftkey(0, 0);
}

/** True when somebody wants in and may. */
export function programPressed(): bool {
  const star = inputsKey() == STAR;
  if (!star && !inputsSoftkey(PROGRAM)) return false;
  inputsTaken();
  if (programAllowed()) return true;
  screenBeep();
  return false;
}

/** True where the local procedures are open. */
export function programAllowed(): bool {
  return parameterNumber(Parameter.PROCSTAT) == 0;
}
