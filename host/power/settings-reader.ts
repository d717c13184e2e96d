// Reads the settings log as docs/FORMAT.md describes it, and says which settings they are: a second implementation, to judge the first.
//
// In: cells of a chip at rest, or what a start-up restored. Out: names and values, and one text for all of them together: a whole set by
// its name, or the mixture. It shares no code with the core and writes nothing.

import { crc32 } from "../crc32.js";
import type { FlashGeometry } from "../peripherals/flash.js";
import type { NorCells } from "../peripherals/nor-cells.js";
import { layoutOf } from "./layout.js";

/** The sets of a settings file, by name. */
export type SettingsSets = Readonly<Record<string, Readonly<Record<string, string>>>>;

export interface Setting {
  readonly value: string;
  readonly isLocal: boolean;
}

export type Settings = ReadonlyMap<string, Setting>;

export interface SettingsSay {
  /** The newest record that is sealed, which no cut takes back. */
  readonly sealed: Settings;
  /** The newest one with a whole head and list. Its seal may be in doubt: then it is written again before it is used, and not lost. */
  readonly newest: Settings;
}

const PLACES = 4;
const MAGIC = 0x74746553;
const RECORD_BYTES = 64;
const SEAL_BYTES = 8;
const LIST_AT = 128;
const FIRST_LOCAL = 7;
const NONE: Settings = new Map();

export function readSettings(cells: NorCells, geometry: FlashGeometry): SettingsSay {
  const { settings } = layoutOf(geometry);
  const placeBytes = settings.bytes / PLACES;
  const places = Array.from({ length: PLACES }, (_, at) => readPlace(cells, settings.offset + at * placeBytes, placeBytes));
  const found = places.flatMap((place) => place ?? []).sort((left, right) => right.sequence - left.sequence);
  return { sealed: found.find(({ isSealed }) => isSealed)?.list ?? NONE, newest: found[0]?.list ?? NONE };
}

interface Place {
  readonly sequence: number;
  readonly isSealed: boolean;
  readonly list: Settings;
}

/** The record of a place, or nothing. */
function readPlace(cells: NorCells, offset: number, placeBytes: number): Place | undefined {
  const bytes = new Uint8Array(placeBytes);
  cells.peek(offset, bytes);
  const view = new DataView(bytes.buffer);
  const listBytes = view.getUint32(8, true);
  const headCrc = view.getUint32(60, true);
  const isHead = view.getUint32(0, true) === MAGIC && crc32(bytes.subarray(0, 60)) === headCrc && listBytes <= placeBytes - LIST_AT;
  if (!isHead || cells.isFlawed(offset, RECORD_BYTES)) return undefined;
  const list = bytes.subarray(LIST_AT, LIST_AT + listBytes);
  if (crc32(list) !== view.getUint32(12, true) || (listBytes > 0 && cells.isFlawed(offset + LIST_AT, listBytes))) return undefined;
  const isWhole = view.getUint32(RECORD_BYTES, true) === headCrc && view.getUint32(RECORD_BYTES + 4, true) === ~headCrc >>> 0;
  const isSealed = isWhole && !cells.isFlawed(offset + RECORD_BYTES, SEAL_BYTES);
  return { sequence: view.getUint32(4, true), isSealed, list: entriesOf(list) };
}

function entriesOf(list: Uint8Array): Settings {
  const entries = new Map<string, Setting>();
  const text = (from: number, bytes: number): string => new TextDecoder().decode(list.subarray(from, from + bytes));
  for (let at = 0; at + 3 <= list.length; ) {
    const [source, nameBytes, valueBytes] = list.subarray(at, at + 3) as unknown as [number, number, number];
    const valueAt = at + 3 + nameBytes;
    entries.set(text(at + 3, nameBytes), { value: text(valueAt, valueBytes), isLocal: source >= FIRST_LOCAL });
    at = valueAt + valueBytes;
  }
  return entries;
}

/** `B, NAME=VALUE …`: the file's set by its name, and what was entered locally under these names. */
export function settingsLabel(settings: Settings, sets: SettingsSets, localNames: readonly string[]): string {
  const local = localNames.flatMap((name) => {
    const setting = settings.get(name);
    return setting?.isLocal === true ? [`${name}=${setting.value}`] : [];
  });
  return [setLabel(settings, sets), ...local].join(", ");
}

function setLabel(settings: Settings, sets: SettingsSets): string {
  const names = [...new Set(Object.values(sets).flatMap((set) => Object.keys(set)))];
  const stored = names.flatMap((name) => (settings.get(name)?.isLocal === false ? [[name, settings.get(name)!.value] as const] : []));
  if (stored.length === 0) return "none";
  const isSet = (set: Readonly<Record<string, string>>): boolean =>
    stored.length === Object.keys(set).length && stored.every(([name, value]) => set[name] === value);
  const found = Object.keys(sets).find((name) => isSet(sets[name]!));
  return found ?? `a mix: ${stored.map(([name, value]) => `${name}=${value.slice(0, 20)}`).join(" ")}`;
}
