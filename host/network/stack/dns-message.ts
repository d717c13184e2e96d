// DNS messages (RFC 1035 §4) as far as questions for addresses need them: bytes to a value and back. No state.
//
// In: a datagram. Out: its header, question and the address and alias records of its answer section. Names are lower case
// text without the last dot. A compressed name may jump only backwards, which ends every loop; a name longer than the
// standard allows, a label of an unknown kind and a record that leaves the message refuse the message.

import { read16, read32, write16, write32 } from "./bytes.js";

export const DnsType = { A: 1, Cname: 5 } as const;
export const DnsCode = { Ok: 0, FormatError: 1, ServerFailed: 2, NoName: 3, NotImplemented: 4 } as const;
export const DNS_PORT = 53;
/** RFC 1035 §2.3.4: a message over UDP, a name, a label. */
export const DNS_MESSAGE_BYTES_MAX = 512;
const NAME_BYTES_MAX = 255;
const LABEL_BYTES_MAX = 63;
/** Answer records that are read; a zone with more addresses for one name is cut here. */
const RECORD_COUNT_MAX = 64;

export interface DnsQuestion {
  readonly name: string;
  readonly type: number;
  readonly class: number;
}

export interface DnsRecord {
  readonly name: string;
  readonly type: number;
  /** The address of an A record. */
  readonly address: number;
  /** The target of a CNAME record. */
  readonly alias: string;
}

export interface DnsMessage {
  readonly id: number;
  readonly isAnswer: boolean;
  readonly operation: number;
  readonly isTruncated: boolean;
  readonly wantsRecursion: boolean;
  readonly code: number;
  readonly question: DnsQuestion | undefined;
  readonly answers: readonly DnsRecord[];
}

const FLAGS = 2;
const QUESTION_COUNT = 4;
const ANSWER_COUNT = 6;
const HEADER_BYTES = 12;
const CLASS_INTERNET = 1;
const RECORD_HEADER_BYTES = 10;
const FLAG_ANSWER = 0x8000;
const FLAG_TRUNCATED = 0x0200;
const FLAG_RECURSION = 0x0100;
const FLAG_RECURSION_THERE = 0x0080;
const ANSWER_TTL_SECONDS = 300;

export function parseDns(bytes: Uint8Array): DnsMessage | undefined {
  if (bytes.length < HEADER_BYTES) return undefined;
  const flags = read16(bytes, FLAGS);
  const questionCount = read16(bytes, QUESTION_COUNT);
  const asked = questionCount === 1 ? parseQuestion(bytes) : undefined;
  const answers = asked === undefined ? [] : parseAnswers(bytes, asked.end);
  if (questionCount > 1 || (questionCount === 1 && asked === undefined) || answers === undefined) return undefined;
  return {
    id: read16(bytes, 0),
    isAnswer: (flags & FLAG_ANSWER) !== 0,
    operation: (flags >>> 11) & 0xf,
    isTruncated: (flags & FLAG_TRUNCATED) !== 0,
    wantsRecursion: (flags & FLAG_RECURSION) !== 0,
    code: flags & 0xf,
    question: asked?.question,
    answers,
  };
}

function parseQuestion(bytes: Uint8Array): { question: DnsQuestion; end: number } | undefined {
  const name = parseName(bytes, HEADER_BYTES);
  if (name === undefined || name.end + 4 > bytes.length) return undefined;
  return { question: { name: name.name, type: read16(bytes, name.end), class: read16(bytes, name.end + 2) }, end: name.end + 4 };
}

function parseAnswers(bytes: Uint8Array, start: number): DnsRecord[] | undefined {
  const records: DnsRecord[] = [];
  const count = Math.min(read16(bytes, ANSWER_COUNT), RECORD_COUNT_MAX);
  for (let index = 0, offset = start; index < count; index++) {
    const name = parseName(bytes, offset);
    if (name === undefined || name.end + RECORD_HEADER_BYTES > bytes.length) return undefined;
    const type = read16(bytes, name.end);
    const data = name.end + RECORD_HEADER_BYTES;
    const dataBytes = read16(bytes, data - 2);
    offset = data + dataBytes;
    if (offset > bytes.length) return undefined;
    if (read16(bytes, name.end + 2) !== CLASS_INTERNET) continue;
    if (type === DnsType.A && dataBytes === 4) records.push({ name: name.name, type, address: read32(bytes, data), alias: "" });
    const alias = type === DnsType.Cname ? parseName(bytes, data) : undefined;
    if (alias !== undefined) records.push({ name: name.name, type, address: 0, alias: alias.name });
  }
  return records;
}

/** Reads a name and returns where it ends in the place where it began. */
function parseName(bytes: Uint8Array, start: number): { name: string; end: number } | undefined {
  const labels: string[] = [];
  let end: number | undefined;
  let nameBytes = 1;
  for (let offset = start, jumpedFrom = start; ;) {
    const length = bytes[offset];
    if (length === undefined) return undefined;
    if (length >= 0xc0) {
      if (offset + 2 > bytes.length) return undefined;
      const target = read16(bytes, offset) & 0x3fff;
      if (target >= jumpedFrom) return undefined;
      end ??= offset + 2;
      offset = target;
      jumpedFrom = target;
      continue;
    }
    if (length === 0) return { name: labels.join(".").toLowerCase(), end: end ?? offset + 1 };
    nameBytes += length + 1;
    if (length > LABEL_BYTES_MAX || nameBytes > NAME_BYTES_MAX || offset + 1 + length > bytes.length) return undefined;
    labels.push(String.fromCharCode(...bytes.subarray(offset + 1, offset + 1 + length)));
    offset += 1 + length;
  }
}

/** The name as labels, or undefined when it cannot be asked for: empty, too long, or not Latin-1. */
function emitName(name: string): Uint8Array | undefined {
  const labels = name.split(".");
  const bytes = labels.flatMap((label) => [label.length, ...Array.from(label, (letter) => letter.charCodeAt(0))]);
  if (labels.some((label) => label.length === 0 || label.length > LABEL_BYTES_MAX)) return undefined;
  if (bytes.length + 1 > NAME_BYTES_MAX || bytes.some((byte) => byte > 0xff)) return undefined;
  return Uint8Array.from([...bytes, 0]);
}

export function emitQuestion(id: number, name: string): Uint8Array | undefined {
  const labels = emitName(name);
  if (labels === undefined) return undefined;
  const bytes = new Uint8Array(HEADER_BYTES + labels.length + 4);
  write16(bytes, 0, id);
  write16(bytes, FLAGS, FLAG_RECURSION);
  write16(bytes, QUESTION_COUNT, 1);
  bytes.set(labels, HEADER_BYTES);
  write16(bytes, bytes.length - 4, DnsType.A);
  write16(bytes, bytes.length - 2, CLASS_INTERNET);
  return bytes;
}

/** The answer to a question that was parsed; addresses beyond the message's limit are left out and the message says so. */
export function emitAnswer(asked: DnsMessage, code: number, addresses: readonly number[]): Uint8Array {
  const labels = asked.question === undefined ? undefined : emitName(asked.question.name);
  const start = HEADER_BYTES + (labels === undefined ? 0 : labels.length + 4);
  const recordBytes = 2 + RECORD_HEADER_BYTES + 4;
  const count = labels === undefined ? 0 : Math.min(addresses.length, Math.floor((DNS_MESSAGE_BYTES_MAX - start) / recordBytes));
  const bytes = new Uint8Array(start + count * recordBytes);
  write16(bytes, 0, asked.id);
  const truncated = labels !== undefined && count < addresses.length ? FLAG_TRUNCATED : 0;
  const recursion = FLAG_RECURSION_THERE | (asked.wantsRecursion ? FLAG_RECURSION : 0);
  write16(bytes, FLAGS, FLAG_ANSWER | (asked.operation << 11) | truncated | recursion | code);
  write16(bytes, QUESTION_COUNT, labels === undefined ? 0 : 1);
  write16(bytes, ANSWER_COUNT, count);
  if (labels === undefined) return bytes;
  bytes.set(labels, HEADER_BYTES);
  write16(bytes, start - 4, asked.question!.type);
  write16(bytes, start - 2, asked.question!.class);
  for (let index = 0, offset = start; index < count; index++, offset += recordBytes) {
    write16(bytes, offset, 0xc000 | HEADER_BYTES);
    write16(bytes, offset + 2, DnsType.A);
    write16(bytes, offset + 4, CLASS_INTERNET);
    write32(bytes, offset + 6, ANSWER_TTL_SECONDS);
    write16(bytes, offset + 10, 4);
    write32(bytes, offset + 12, addresses[index]!);
  }
  return bytes;
}

export function isInternetAddress(question: DnsQuestion | undefined): boolean {
  return question !== undefined && question.type === DnsType.A && question.class === CLASS_INTERNET;
}
