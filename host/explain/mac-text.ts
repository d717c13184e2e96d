// A telephone's address as text.

/** A MAC as `$MACADDR` shows it: twelve lower-case digits. */
export function macText(mac: Uint8Array): string {
  return Array.from(mac, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
