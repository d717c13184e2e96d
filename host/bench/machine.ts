// What the figures were made on: they mean little without it.

import { readFileSync } from "node:fs";
import { cpus } from "node:os";
import process from "node:process";

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly node: string;
  readonly openssl: string;
  /** Whether the yardstick's SHA-256 uses the processor's SHA extensions. */
  readonly shaNi: boolean;
  /** Other features that the peers and the core use, where the system lists them. */
  readonly features: readonly string[];
  readonly date: string;
}

const FEATURES = ["pclmulqdq", "avx2", "bmi2", "adx", "vpclmulqdq", "sha_ni"];

export function machineFacts(): Machine {
  const flags = cpuFlags();
  return {
    cpu: cpus()[0]?.model ?? "",
    cores: cpus().length,
    node: process.version,
    openssl: process.versions.openssl,
    shaNi: flags.includes("sha_ni"),
    features: FEATURES.filter((feature) => flags.includes(feature)),
    date: new Date().toISOString().slice(0, 10),
  };
}

/** The processor's feature flags where the system lists them. */
function cpuFlags(): string[] {
  try {
    return /^flags\s*:\s*(.*)$/m.exec(readFileSync("/proc/cpuinfo", "utf8"))?.[1]?.split(" ") ?? [];
  } catch {
    return [];
  }
}
