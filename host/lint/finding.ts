// What lint says: a place, how bad it is, the rule by its name, and what to type instead.

export type Severity = "error" | "warning" | "info";

export interface Finding {
  readonly file: string;
  readonly line: number;
  readonly severity: Severity;
  readonly rule: RuleName;
  readonly message: string;
}

/** Every rule with its severity, worst first. The names are a contract: scripts outside this project filter by them. */
export const RULES = {
  "goto-missing-tag": "error", "value-on-next-line": "error", "bad-value": "error", "curly-quote": "error", "encoding": "error",
  "not-a-settings-file": "error",
  "not-a-statement": "warning", "inline-comment": "warning", "tag-looks-like-statement": "warning", "duplicate-set": "warning",
  "secret-in-file": "warning", "unreachable": "warning", "unknown-parameter": "warning", "too-new": "warning", "get-missing": "warning",
  "vlantest-zero": "warning",
  "known-elsewhere": "info",
} as const satisfies Readonly<Record<string, Severity>>;

export type RuleName = keyof typeof RULES;

const LEVELS: readonly Severity[] = ["info", "warning", "error"];

/** True when a finding is at or above a level. */
export function isAtLeast(severity: Severity, level: Severity): boolean {
  return LEVELS.indexOf(severity) >= LEVELS.indexOf(level);
}

/** What a rule says of a line. */
export interface Remark {
  readonly line: number;
  readonly message: string;
}
