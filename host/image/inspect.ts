// Reads a software file and says what stands in it, right or wrong: for people, never for a verdict.
//
// In: a file's bytes. Out: a plain object, and text made from it. It checks no signature and trusts no key; `image verify` asks
// the core. It reads as far as the file allows and lists what it could not make sense of, with the place.

import { AREA_PROTECTED, AREA_UNPROTECTED, FLAG_NAMES, HEADER_BYTES, HEADER_MAGIC, TLV_HEAD_BYTES, Tlv } from "./container.js";
import { BLOCK_BYTES, DIGEST_BYTES, FLAG_NON_BOOTABLE, TABLE_AT } from "./blocks.js";
import { sha256 } from "./digest.js";

export interface InspectedTlv {
  readonly offset: number;
  readonly type: number;
  readonly name: string;
  readonly bytes: number;
  /** Text, number or hex, whatever suits the type. */
  readonly value: string;
}

export interface InspectedArea {
  readonly offset: number;
  readonly protected: boolean;
  readonly bytes: number;
  readonly tlvs: readonly InspectedTlv[];
}

export interface Inspection {
  readonly container: boolean;
  readonly fileBytes: number;
  readonly version?: string;
  readonly headerBytes?: number;
  readonly payloadBytes?: number;
  readonly flags?: readonly string[];
  readonly areas: readonly InspectedArea[];
  /** SHA-256 of header, payload and protected TLVs as they stand in the file. */
  readonly digest?: string;
  /** Bytes after the last TLV: padding, not read by a telephone. */
  readonly paddingBytes?: number;
  /** What a block file is of. */
  readonly blocks?: InspectedBlocks;
  readonly problems: readonly string[];
}

export interface InspectedBlocks {
  readonly count: number;
  readonly fileBytes: number;
  /** SHA-256 of the whole file that it is of. */
  readonly fileDigest: string;
}

const TLV_NAMES: ReadonlyMap<number, string> = new Map([
  ...Object.entries(Tlv).map(([name, type]) => [type, name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)] as const),
]);
const KINDS: Readonly<Record<number, string>> = { 1: "boot", 2: "application" };

export function inspectImage(file: Uint8Array): Inspection {
  const problems: string[] = [];
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  const nothing = { container: false, fileBytes: file.length, areas: [], problems };
  if (file.length < HEADER_BYTES || view.getUint32(0, true) !== HEADER_MAGIC) {
    problems.push(`not a container: it does not begin with the magic 0x${HEADER_MAGIC.toString(16)}`);
    return nothing;
  }
  const headerBytes = view.getUint16(8, true);
  const payloadBytes = view.getUint32(12, true);
  const protectedBytes = view.getUint16(10, true);
  const areas: InspectedArea[] = [];
  const end = inspectAreas(view, headerBytes + payloadBytes, protectedBytes, areas, problems);
  const hashedEnd = headerBytes + payloadBytes + protectedBytes;
  const flags = view.getUint32(16, true);
  const blocks = (flags & FLAG_NON_BOOTABLE) === 0 ? undefined : readBlocks(file.subarray(headerBytes, headerBytes + payloadBytes));
  return {
    container: true,
    fileBytes: file.length,
    version: `${view.getUint8(20)}.${view.getUint8(21)}.${view.getUint16(22, true)}+${view.getUint32(24, true)}`,
    headerBytes,
    payloadBytes,
    flags: flagNames(flags),
    areas,
    ...(hashedEnd <= file.length ? { digest: hex(sha256(file.subarray(0, hashedEnd))) } : {}),
    ...(end === undefined ? {} : { paddingBytes: file.length - end }),
    ...(blocks === undefined ? {} : { blocks }),
    problems,
  };
}

/** The inspection as lines for a terminal. */
export function inspectionText(inspection: Inspection): string {
  const lines = [`file       ${inspection.fileBytes} bytes`];
  if (inspection.container) {
    lines.push(`version    ${inspection.version}`);
    lines.push(`header     ${inspection.headerBytes} bytes`, `payload    ${inspection.payloadBytes} bytes`);
    lines.push(`flags      ${inspection.flags!.join(" ") || "none"}`);
    lines.push(`digest     ${inspection.digest ?? "not computed: the file ends before the bytes it covers"}`);
  }
  const { blocks } = inspection;
  if (blocks) lines.push(`blocks     ${blocks.count}, of a file of ${blocks.fileBytes} bytes with SHA-256 ${blocks.fileDigest}`);
  for (const area of inspection.areas) {
    lines.push(`TLVs       ${area.protected ? "protected" : "unprotected"}, ${area.bytes} bytes at ${area.offset}`);
    for (const entry of area.tlvs) lines.push(`  0x${entry.type.toString(16).padStart(4, "0")} ${entry.name.padEnd(11)} ${entry.value}`);
  }
  if (inspection.paddingBytes) lines.push(`padding    ${inspection.paddingBytes} bytes after the last TLV`);
  for (const problem of inspection.problems) lines.push(`problem    ${problem}`);
  return `${lines.join("\n")}\n`;
}

export function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** A payload that is a table of blocks, exactly of a file of its length; else undefined. */
function readBlocks(payload: Uint8Array): InspectedBlocks | undefined {
  if (payload.length <= TABLE_AT) return undefined;
  const fileBytes = new DataView(payload.buffer, payload.byteOffset).getUint32(DIGEST_BYTES, true);
  const count = Math.ceil(fileBytes / BLOCK_BYTES);
  if (payload.length !== TABLE_AT + count * DIGEST_BYTES) return undefined;
  return { count, fileBytes, fileDigest: hex(payload.subarray(0, DIGEST_BYTES)) };
}

/** Reads both areas. Returns where the last TLV ends, or undefined when that cannot be told. */
function inspectAreas(
  view: DataView, start: number, protectedBytes: number, areas: InspectedArea[], problems: string[],
): number | undefined {
  let at = start;
  if (protectedBytes > 0) {
    const area = inspectArea(view, at, AREA_PROTECTED, problems);
    if (area) areas.push(area);
    if (area && area.bytes !== protectedBytes) {
      problems.push(`the header says ${protectedBytes} bytes of protected TLVs, the area at ${at} says ${area.bytes}`);
    }
    at += protectedBytes;
  }
  const area = inspectArea(view, at, AREA_UNPROTECTED, problems);
  if (!area) return undefined;
  areas.push(area);
  const end = at + area.bytes;
  return end <= view.byteLength ? end : undefined;
}

function inspectArea(view: DataView, offset: number, magic: number, problems: string[]): InspectedArea | undefined {
  if (offset + TLV_HEAD_BYTES > view.byteLength) {
    problems.push(`the file ends at ${view.byteLength}, before the TLVs at ${offset}`);
    return undefined;
  }
  const found = view.getUint16(offset, true);
  if (found !== magic) {
    problems.push(`at ${offset}: 0x${found.toString(16)} stands where TLVs begin with 0x${magic.toString(16)}`);
    return undefined;
  }
  const bytes = view.getUint16(offset + 2, true);
  const end = Math.min(offset + bytes, view.byteLength);
  if (end < offset + bytes) problems.push(`the file ends at ${view.byteLength}, inside the TLVs at ${offset}`);
  const tlvs: InspectedTlv[] = [];
  let at = offset + TLV_HEAD_BYTES;
  while (at + TLV_HEAD_BYTES <= end) {
    const type = view.getUint16(at, true);
    const dataBytes = view.getUint16(at + 2, true);
    if (at + TLV_HEAD_BYTES + dataBytes > end) break;
    const data = new Uint8Array(view.buffer, view.byteOffset + at + TLV_HEAD_BYTES, dataBytes);
    tlvs.push({ offset: at, type, name: TLV_NAMES.get(type) ?? "unknown", bytes: dataBytes, value: tlvValue(type, data) });
    at += TLV_HEAD_BYTES + dataBytes;
  }
  if (at < end) problems.push(`the TLV at ${at} does not fit into its area, which ends at ${end}`);
  return { offset, protected: magic === AREA_PROTECTED, bytes, tlvs };
}

function tlvValue(type: number, data: Uint8Array): string {
  if (type === Tlv.models) return Array.from(data, (byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : "?")).join("");
  if (type === Tlv.kind && data.length === 1) return KINDS[data[0]!] ?? String(data[0]);
  if (type === Tlv.counter && data.length === 4) return String(new DataView(data.buffer, data.byteOffset, 4).getUint32(0, true));
  return hex(data);
}

function flagNames(flags: number): string[] {
  const names: string[] = [];
  for (let bit = 0; bit < 32; bit++) {
    const flag = 2 ** bit;
    if ((flags >>> bit) & 1) names.push(FLAG_NAMES.get(flag) ?? `0x${flag.toString(16)}`);
  }
  return names;
}
