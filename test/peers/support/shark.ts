// tshark as the judge of a capture: it reads every frame with dissectors of its own and checks every sum.
//
// In: a pcapng file. Out: fields of the frames that a filter lets through, and a test's verdict on the whole file.

import { execFileSync } from "node:child_process";
import type { Test } from "tap";

const CHECKS = ["ip.check_checksum", "tcp.check_checksum", "udp.check_checksum"].flatMap((name) => ["-o", `${name}:TRUE`]);
const BAD_SUM = "ip.checksum.status == 0 || tcp.checksum.status == 0 || udp.checksum.status == 0";

/** One line for each frame that the filter lets through: the fields, a tab between them. */
export function shark(path: string, filter: string, ...fields: readonly string[]): string[] {
  const args = ["-r", path, ...CHECKS, "-Y", filter, "-T", "fields", ...fields.flatMap((name) => ["-e", name])];
  // It warns about running as root.
  const text = execFileSync("tshark", args, { stdio: ["ignore", "pipe", "ignore"], maxBuffer: 1 << 26 }).toString();
  return text.split("\n").slice(0, -1);
}

/** Both directions are there, nothing is malformed, no sum is wrong. */
export function isClean(t: Test, path: string): void {
  const facts = ["frame.number", "frame.comment", "_ws.col.Info"];
  for (const direction of [1, 2]) t.not(shark(path, `frame.packet_flags_direction == ${direction}`, "frame.number").length, 0, "both ways");
  t.strictSame(shark(path, "_ws.malformed || _ws.unreassembled", ...facts), [], "nothing is malformed");
  t.strictSame(shark(path, BAD_SUM, ...facts), [], "every sum is right");
}
