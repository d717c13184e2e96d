// The codes of the `end` event and of its warnings; docs/CLI.md says what each means, docs/VERDICTS.md what each looks like.

export const CODES = [
  "reached", "no-link", "no-offer", "offer-refused", "address-conflict", "router-silent", "router-subnet", "vlan-loop", "vlan-fallback",
  "no-file-server", "server-unreachable", "tls", "http-status", "http-refused", "http-short", "script-missing", "not-a-script",
  "goto-missing", "step-limit", "not-a-container", "image-rejected", "flash-failed", "no-call-server", "call-server-silent",
  "register-refused", "scep-refused", "scep-pending", "local-procedures", "reset-loop", "timeout", "expectation",
  "option-242-cut", "controller-list",
] as const;

export type Code = (typeof CODES)[number];

/** Only ever warnings; the last is no code of an `end` event. */
export const WARNING_CODES = ["option-242-cut", "controller-list", "unsigned-image"] as const;
