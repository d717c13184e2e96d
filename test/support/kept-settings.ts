// The settings log of a FlashCore: values put in, the list stored, and read back as text.

import { Status } from "../../hal/abi.js";
import { Source } from "../../hal/events.js";
import type { FlashCore } from "./flash-core.js";

export type Values = Readonly<Record<string, string>>;

/** Where names and values stand in the harness's buffer. */
const VALUE_AT = 512;

export function put(core: FlashCore, values: Values, source: Source): void {
  for (const [name, value] of Object.entries(values)) {
    const namePtr = core.give(Buffer.from(name, "latin1"));
    const valuePtr = core.give(Buffer.from(value, "latin1"), VALUE_AT);
    core.call("kept_put", namePtr, name.length, valuePtr, value.length, source);
  }
}

/** A settings file that was read to its end. */
export function settingsFile(core: FlashCore, values: Values, well = true): void {
  core.call("kept_file_start");
  put(core, values, Source.Settings);
  core.call("kept_file_end", well ? 1 : 0);
}

export function save(core: FlashCore): number {
  core.call("settings_log_save");
  return core.finish("settings_log_poll");
}

/** What an instance after a reset knows. */
export function openSettings(core: FlashCore): number {
  const status = core.call("layout_init");
  if (status < 0) return status;
  core.call("kept_init");
  core.call("settings_log_open");
  return core.finish("settings_log_poll");
}

export function keptText(core: FlashCore): string {
  return listText(Buffer.from(core.harness.read(core.call("kept_ptr"), core.call("kept_bytes"))));
}

/** The list as one line: `Stored NAME=VALUE`. */
export function listText(list: Buffer): string {
  const entries: string[] = [];
  for (let at = 0; at < list.length;) {
    const [source, nameBytes, valueBytes] = list.subarray(at, at + 3) as unknown as [number, number, number];
    const valueAt = at + 3 + nameBytes;
    if (valueAt + valueBytes > list.length) throw new Error(`an entry beyond the list's end: ${list.toString("hex")}`);
    entries.push(`${Source[source]} ${list.toString("latin1", at + 3, valueAt)}=${list.toString("latin1", valueAt, valueAt + valueBytes)}`);
    at = valueAt + valueBytes;
  }
  return entries.join(" | ");
}

export function expectOk(status: number, what: string): void {
  if (status !== Status.Ok) throw new Error(`${what}: ${Status[status] ?? status}`);
}
