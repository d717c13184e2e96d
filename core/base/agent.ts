// What the telephone calls itself towards servers: the user's own words, or ours.

import { Info } from "../../hal/abi";
import { lineAddBytes, lineAddText } from "./line";
import { systemHas, systemInfo } from "./system";
import { USER_AGENT } from "./texts";

const AGENT_BYTES_MAX: i32 = 255;
const AGENT = memory.data(256, 8);

/** Adds it to the line, up to its first control byte: it must not end the header. */
export function agentAdd(): void {
  if (!systemHas(Info.UserAgent)) return lineAddText(USER_AGENT);
  const bytes = systemInfo(Info.UserAgent, AGENT, AGENT_BYTES_MAX);
  let end: i32 = 0;
  while (end < bytes && load<u8>(AGENT + <usize>end) >= 0x20) end++;
  lineAddBytes(AGENT, end);
}
