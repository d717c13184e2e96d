// lldpd as the switch's LLDP agent, in a namespace: what it says by LLDP-MED, and what it understood of the telephone.
//
// In: the interface, and the policy in lldpcli's words. Out: the daemon and its view of the neighbour. It is the other half of
// LLDP in a test: a frame that it misreads shows in `neighbours`.

import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Test } from "tap";
import { findProgram, startDaemon } from "./daemon.js";
import type { Namespace } from "./namespace.js";

export interface Lldpd {
  /** `lldpcli show neighbors details`, one fact a line. */
  neighbours(): string;
}

/** `settings` are commands of lldpcli's after `configure`, such as `lldp tx-interval 1`. */
export async function startLldpd(t: Test, namespace: Namespace, device: string, settings: readonly string[]): Promise<Lldpd> {
  const client = findProgram("lldpcli") ?? "lldpcli";
  const daemon = await startDaemon(t, {
    program: "lldpd",
    inside: namespace.inside,
    prepare: (folder) => {
      chmodSync(folder, 0o755); // Half of it is another user, and enters.
      writeFileSync(join(folder, "empty.conf"), "");
      mkdirSync("/run/lldpd", { recursive: true }); // It confines itself to that folder.
      // In the foreground, as a network connectivity device (-M 4), with none of the machine's own interfaces or files.
      return ["-d", "-M", "4", "-I", device, "-C", "lo", "-u", join(folder, "socket"), "-O", "empty.conf", "-L", client];
    },
    ready: (output) => output.includes("lldpd should resume operations"),
  });
  const ask = (...words: readonly string[]): string => namespace.run(client, "-u", join(daemon.folder, "socket"), ...words);
  for (const setting of settings) ask("configure", ...setting.split(" "));
  return { neighbours: () => ask("show", "neighbors", "details") };
}
