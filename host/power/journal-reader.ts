// Reads the journal as docs/FORMAT.md describes it: a second implementation, to judge the first.
//
// In: cells of a chip at rest. Out: for each kind what the journal says of its slots, or nothing where no record counts. What has
// flaws is no record. It shares no code with the core and writes nothing.

import { Kind } from "../../hal/abi.js";
import { SlotState } from "../../hal/events.js";
import { crc32 } from "../crc32.js";
import type { FlashGeometry } from "../peripherals/flash.js";
import type { NorCells } from "../peripherals/nor-cells.js";

export interface SlotSays {
  readonly state: SlotState;
  readonly attempts: number;
  /** The first 16 bytes of its image's digest, in hex. */
  readonly digest: string;
}

export interface KindSays {
  readonly slots: readonly [SlotSays, SlotSays];
  /** The slot confirmed last. */
  readonly confirmed: number;
  readonly floor: number;
}

export type JournalSays = Readonly<Partial<Record<Kind, KindSays>>>;

const STRIDE = 128;
const RECORD = 64;
const EPOCH_AT = 4;
const SEQUENCE_END = 12;
const CRC_AT = 60;
const RECORDS_MAX = 32;
const TYPE_COPY = 1;
const TYPE_STATE = 2;

interface Sector {
  epoch: number;
  counts: boolean;
  says: Partial<Record<Kind, KindSays>>;
}

export function readJournal(cells: NorCells, { sectorBytes }: FlashGeometry): JournalSays {
  const sectors = [0, 1].map((sector) => readSector(cells, sector * sectorBytes, Math.min(RECORDS_MAX, sectorBytes / STRIDE)));
  const rank = (sector: Sector): number => (sector.counts ? Object.keys(sector.says).length : 0);
  const [first, second] = sectors as [Sector, Sector];
  if (rank(first) === 0 && rank(second) === 0) return {};
  if (rank(first) !== rank(second)) return rank(first) > rank(second) ? first.says : second.says;
  return first.epoch > second.epoch ? first.says : second.says;
}

function readSector(cells: NorCells, offset: number, count: number): Sector {
  const sector: Sector = { epoch: 0, counts: false, says: {} };
  const bytes = new Uint8Array(count * STRIDE);
  cells.peek(offset, bytes);
  const view = new DataView(bytes.buffer);
  for (let position = 0; position < count; position++) {
    const at = position * STRIDE;
    if (cells.isFlawed(offset + at, STRIDE) || !isValid(view, bytes, at, position, count)) continue;
    const epoch = view.getUint32(at + 4, true);
    if (epoch < sector.epoch) continue;
    if (epoch > sector.epoch) Object.assign(sector, { epoch, counts: false, says: {} });
    const type = bytes[at]!;
    if (type !== TYPE_COPY) sector.counts = true;
    if (type === TYPE_COPY || type === TYPE_STATE) sector.says[bytes[at + 1] as Kind] = kindAt(view, bytes, at);
  }
  return sector;
}

function isValid(view: DataView, bytes: Uint8Array, at: number, position: number, count: number): boolean {
  const crc = view.getUint32(at + CRC_AT, true);
  if (view.getUint32(at + RECORD, true) !== crc || view.getUint32(at + RECORD + 4, true) !== ~crc >>> 0) return false;
  if (view.getUint32(at + 8, true) !== (Math.imul(view.getUint32(at + 4, true), count) + position) >>> 0) return false;
  return crc32(bytes.subarray(at, at + CRC_AT)) === crc;
}

function kindAt(view: DataView, bytes: Uint8Array, at: number): KindSays {
  const slot = (index: number): SlotSays => ({
    state: bytes[at + 2 + index]!,
    attempts: bytes[at + 12 + index]!,
    digest: Array.from(bytes.subarray(at + 16 + 16 * index, at + 32 + 16 * index), (byte) => byte.toString(16).padStart(2, "0")).join(""),
  });
  return { slots: [slot(0), slot(1)], confirmed: bytes[at + 14]!, floor: view.getUint32(at + 48, true) };
}

/** One record that counts, without what follows from its place: for telling chips apart. */
export function recordAt(
  cells: NorCells, offset: number, position: number, count: number,
): { readonly epoch: number; readonly content: string } | undefined {
  const bytes = new Uint8Array(STRIDE);
  cells.peek(offset, bytes);
  const view = new DataView(bytes.buffer);
  if (cells.isFlawed(offset, STRIDE) || !isValid(view, bytes, 0, position, count)) return undefined;
  const content = [...bytes.subarray(0, EPOCH_AT), ...bytes.subarray(SEQUENCE_END, CRC_AT)];
  return { epoch: view.getUint32(EPOCH_AT, true), content: String.fromCharCode(...content) };
}
