// Core records to named fields: numbers in, words out (hal/events.ts has the numbers).
//
// A record is u8 kind, then fields of u8 id, u8 type, u16 bytes (little endian), data. It is decoded whole or not at all:
// an unknown id or code, a wrong length or a field said twice gives null. It never throws, and it neither numbers nor keeps anything.

import { Kind, ResetCause, ScepCipher, ScepDigest, ScepFailure, ScepMessage, ScepResult, ScepStep } from "../hal/abi.js";
import {
  BootState, DhcpMessage, EventKind, Field, FieldType, HttpError, HttpWhy, ImageVerdict, Notice, OptionEffect, ScriptEffect,
  ScriptWhy, SelfTestPart, Signature, SipResult, SipStep, SlotName, SlotState, SlotWhy, Source, Transport, TrustEffect, TrustWhy, ValueWhy,
  VlanReason,
} from "../hal/events.js";

export type FieldValue = string | number | boolean;

/** A decoded record: fields under their printed names, in the order in which they are printed. */
export interface EventRecord {
  readonly kind: EventKind;
  readonly fields: Readonly<Record<string, FieldValue>>;
}

/** An enumeration as TypeScript compiles it: names to numbers and back. */
type Words = Readonly<Record<string, string | number>>;

/** The enumeration that a field's codes belong to. */
const WORDS: ReadonlyMap<Field, Words> = new Map<Field, Words>([
  [Field.State, BootState], [Field.Message, DhcpMessage], [Field.OptionEffect, OptionEffect], [Field.OptionWhy, ValueWhy],
  [Field.HttpWhy, HttpWhy], [Field.HttpError, HttpError], [Field.ScriptEffect, ScriptEffect], [Field.ScriptWhy, ScriptWhy],
  [Field.Verdict, ImageVerdict], [Field.Kind, Kind], [Field.Slot, SlotName], [Field.SlotState, SlotState],
  [Field.SlotWhy, SlotWhy], [Field.Part, SelfTestPart], [Field.Reason, ResetCause], [Field.VlanReason, VlanReason],
  [Field.Transport, Transport],
  [Field.SipStep, SipStep], [Field.SipResult, SipResult], [Field.Source, Source], [Field.Notice, Notice],
  [Field.Signature, Signature], [Field.TrustEffect, TrustEffect], [Field.TrustWhy, TrustWhy],
  [Field.ScepStep, ScepStep], [Field.ScepResult, ScepResult], [Field.MessageType, ScepMessage],
  [Field.ScepDigest, ScepDigest], [Field.ScepCipher, ScepCipher], [Field.FailInfo, ScepFailure],
]);

/** Fields whose printed name is not their own name: the event's kind makes the longer name superfluous. */
const PRINTED_NAMES: ReadonlyMap<Field, string> = new Map([
  [Field.OptionEffect, "effect"], [Field.OptionWhy, "why"], [Field.HttpWhy, "why"], [Field.HttpError, "error"],
  [Field.ScriptEffect, "effect"], [Field.VlanReason, "reason"],
  [Field.ScriptWhy, "why"], [Field.SlotState, "state"], [Field.SlotWhy, "why"],
  [Field.SipStep, "step"], [Field.SipResult, "result"], [Field.TrustEffect, "effect"], [Field.TrustWhy, "why"],
  [Field.ScepStep, "step"], [Field.ScepResult, "result"],
  [Field.ScepDigest, "digest"], [Field.ScepCipher, "cipher"],
]);

/** Fields that are left out when their code says that there is nothing to say. */
const SILENT_WHEN_NONE: ReadonlySet<Field> = new Set([
  Field.OptionWhy, Field.HttpWhy, Field.HttpError, Field.ScriptWhy, Field.SlotWhy, Field.TrustWhy,
]);

/** The order of the fields on a line; those not named follow in the order in which they came. */
const FIELD_ORDER: ReadonlyMap<EventKind, readonly string[]> = new Map([
  [EventKind.Dhcp, ["message", "vlan", "address", "server", "lease", "option242", "bytes"]],
  [EventKind.Option, ["name", "value", "effect", "offset", "why"]],
  [EventKind.Http, ["try", "server", "method", "url", "version", "status", "etag", "bytes", "accepted", "why", "error"]],
  [EventKind.Script, ["file", "line", "statement", "effect", "name", "value", "why"]],
  [EventKind.Image, ["file", "bytes", "verdict", "digest", "crc32", "version", "key"]],
  [EventKind.Slot, ["kind", "slot", "state", "attempts", "counter", "found", "why"]],
  [EventKind.SelfTest, ["part", "ok"]],
  [EventKind.Trust, ["file", "effect", "certificates", "why"]],
  [EventKind.Scep, [
    "step", "result", "proxy", "matchedException", "messageType", "transaction", "digest", "cipher", "keyBits", "failInfo", "weak",
  ]],
  [EventKind.Sip, ["transport", "method", "status", "step", "result", "server", "sends", "expires", "retryAfter"]],
]);

/** The bytes of each type that has a fixed length. */
const TYPE_BYTES: ReadonlyMap<FieldType, number> = new Map([
  [FieldType.Number, 4], [FieldType.Signed, 4], [FieldType.Address, 4], [FieldType.Code, 1], [FieldType.Flag, 1],
]);

const FIELD_HEADER_BYTES = 4;
const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Decodes one record, or answers null when any of it is not as hal/events.ts says. */
export function decodeRecord(record: Uint8Array): EventRecord | null {
  const kind = record[0];
  if (kind === undefined || EventKind[kind] === undefined) return null;
  const view = new DataView(record.buffer, record.byteOffset, record.byteLength);
  const fields = new Map<string, FieldValue>();
  const seen = new Set<Field>();
  for (let at = 1; at < record.byteLength;) {
    if (at + FIELD_HEADER_BYTES > record.byteLength) return null;
    const field: Field = view.getUint8(at);
    const bytes = view.getUint16(at + 2, true);
    const start = at + FIELD_HEADER_BYTES;
    if (start + bytes > record.byteLength || Field[field] === undefined || seen.has(field)) return null;
    const value = decodeValue(field, view.getUint8(at + 1), new DataView(record.buffer, record.byteOffset + start, bytes));
    if (value === null) return null;
    seen.add(field);
    if (!(value === "none" && SILENT_WHEN_NONE.has(field))) fields.set(printedName(field), value);
    at = start + bytes;
  }
  return { kind, fields: inOrder(kind, fields) };
}

/** A member's name in kebab case: `NotAContainer` is `not-a-container`, `EcdsaP256` is `ecdsa-p256`. */
export function kebabCase(name: string): string {
  return name.replace(/([a-z0-9])([A-Z])/g, "$1-$2").replace(/([A-Z])([A-Z][a-z])/g, "$1-$2").toLowerCase();
}

/** Bytes as text: UTF-8 when they are valid UTF-8, else Latin-1, which reads anything. */
export function textOf(bytes: Uint8Array): string {
  try {
    return UTF8.decode(bytes);
  } catch {
    return latin1Of(bytes);
  }
}

/** Bytes as Latin-1, the encoding of the display. (TextDecoder's "latin1" is Windows-1252.) */
export function latin1Of(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

function decodeValue(field: Field, type: FieldType, data: DataView): FieldValue | null {
  const fixedBytes = TYPE_BYTES.get(type);
  if (fixedBytes !== undefined && fixedBytes !== data.byteLength) return null;
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  switch (type) {
    case FieldType.Number: return data.getUint32(0, true);
    case FieldType.Signed: return data.getInt32(0, true);
    case FieldType.Text: return textOf(bytes);
    case FieldType.Hex: return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    case FieldType.Address: return addressText(data.getUint32(0, true));
    case FieldType.Code: return codeWord(field, data.getUint8(0));
    case FieldType.Flag: return data.getUint8(0) > 1 ? null : data.getUint8(0) === 1;
    default: return null;
  }
}

function addressText(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join(".");
}

function codeWord(field: Field, code: number): string | null {
  const member = WORDS.get(field)?.[code];
  if (typeof member !== "string") return null;
  return field === Field.Slot ? member : kebabCase(member);
}

function printedName(field: Field): string {
  const name = Field[field];
  return PRINTED_NAMES.get(field) ?? name.charAt(0).toLowerCase() + name.slice(1);
}

function inOrder(kind: EventKind, fields: ReadonlyMap<string, FieldValue>): Record<string, FieldValue> {
  const names = new Set([...(FIELD_ORDER.get(kind) ?? []), ...fields.keys()]);
  const ordered: Record<string, FieldValue> = {};
  for (const name of names) {
    const value = fields.get(name);
    if (value !== undefined) ordered[name] = value;
  }
  return ordered;
}
