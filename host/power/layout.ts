// Where things stand on a chip, computed from docs/FORMAT.md and not by the core: the judge's own arithmetic.

import { Kind } from "../../hal/abi.js";
import type { FlashGeometry } from "../peripherals/flash.js";

export interface Span {
  readonly offset: number;
  readonly bytes: number;
}

export interface Layout {
  /** The journal's two sectors. */
  readonly journal: readonly [Span, Span];
  /** The settings log. */
  readonly settings: Span;
  /** A slot with its info area, which is its last unit. */
  slot(kind: Kind, slot: number): Span;
  /** Room for a file. */
  room(kind: Kind): number;
}

const KINDS: readonly Kind[] = [Kind.Boot, Kind.Application];
const UNIT_BYTES = 0x10000;
const UNITS_MIN = 64;

export function layoutOf({ totalBytes, sectorBytes, block32Bytes, block64Bytes }: FlashGeometry): Layout {
  const uniform = block32Bytes === 0 && block64Bytes === 0;
  const inSectors = uniform || sectorBytes > UNIT_BYTES || totalBytes / UNIT_BYTES < UNITS_MIN;
  const unit = inSectors ? sectorBytes : UNIT_BYTES;
  const reserved = inSectors ? 4 : 2;
  const units = Math.floor(totalBytes / unit);
  const boot = Math.floor((units - reserved) / 8);
  const application = Math.floor((units - reserved - 2 * boot) / 2);
  const sizeOf = (kind: Kind): number => (kind === Kind.Boot ? boot : application);
  return {
    journal: [{ offset: 0, bytes: sectorBytes }, { offset: sectorBytes, bytes: sectorBytes }],
    settings: { offset: (reserved / 2) * unit, bytes: (reserved / 2) * unit },
    slot: (kind, slot) => {
      const before = reserved + (kind === Kind.Boot ? 0 : 2 * boot) + slot * sizeOf(kind);
      return { offset: before * unit, bytes: sizeOf(kind) * unit };
    },
    room: (kind) => (sizeOf(kind) - 1) * unit,
  };
}

/** Every slot of the chip. */
export function slotsOf(layout: Layout): { kind: Kind; slot: number; span: Span }[] {
  return KINDS.flatMap((kind) => [0, 1].map((slot) => ({ kind, slot, span: layout.slot(kind, slot) })));
}

export function isInside(span: Span, offset: number): boolean {
  return offset >= span.offset && offset < span.offset + span.bytes;
}
