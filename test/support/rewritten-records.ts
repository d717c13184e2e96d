// Record files with something changed: what a replay must find, and what a reader must refuse.
//
// `rewritten` writes a file anew with some steps changed, `resealed` gives changed bytes the checksum that they need.

import { crc32 } from "../../host/crc32.js";
import { HEADER_AT, HEADER_BYTES, type RecordFile, type Step } from "../../host/record/format.js";
import { readRecords } from "../../host/record/reader.js";
import { RecordWriter } from "../../host/record/writer.js";

/** Where a step is: run, start and poll from 0; poll -1 is `init`. */
export interface Place {
  readonly run: number;
  readonly start: number;
  readonly poll: number;
}

export function rewritten(records: RecordFile, change: (step: Step, place: Place) => Step): Uint8Array {
  const writer = new RecordWriter(records);
  records.runs.forEach(({ name, starts }, run) => {
    const runWriter = writer.run(name);
    starts.forEach(({ mode, cause, init, polls }, start) => {
      const startWriter = runWriter.start(mode, cause, change(init, { run, start, poll: -1 }));
      polls.forEach(({ nowUs, step }, poll) => startWriter.poll(nowUs, change(step, { run, start, poll })));
    });
  });
  return writer.file();
}

/** The bytes with a right length and checksum. */
export function resealed(file: Uint8Array): Uint8Array {
  const copy = file.slice();
  const view = new DataView(copy.buffer);
  view.setUint32(HEADER_AT.bytes, copy.length, true);
  view.setUint32(HEADER_AT.crc, crc32(copy.subarray(HEADER_BYTES), crc32(copy.subarray(0, HEADER_AT.crc))), true);
  return copy;
}

const withByte = (bytes: Uint8Array, at: number): Uint8Array => bytes.map((byte, index) => (index === at ? byte ^ 1 : byte));

/** The last byte of a DHCP message's yiaddr (RFC 2131, figure 1). */
const OFFERED_AT = 19;
const isOffer = ({ kind, targets }: Step["calls"][number]): boolean => kind.name === "udp_receive" && targets.length === 2;
const hasOffer = ({ calls }: Step): boolean => calls.some(isOffer);

/** A difference of each kind, each in the first step that can have it, with the words that must be said of it. */
export function planted(file: Uint8Array): (readonly [name: string, file: Uint8Array, words: RegExp])[] {
  const records = readRecords(file);
  const once = (can: (step: Step) => boolean, change: (step: Step) => Step): Uint8Array => {
    let done = false;
    return rewritten(records, (step) => {
      if (done || !can(step)) return step;
      done = true;
      return change(step);
    });
  };
  const call = (name: string) => (step: Step): boolean => step.calls.some(({ kind }) => kind.name === name);
  const change = (name: string, edit: (old: Step["calls"][number]) => Partial<Step["calls"][number]>) => once(call(name), (step) => {
    const at = step.calls.findIndex(({ kind }) => kind.name === name);
    return { ...step, calls: step.calls.map((old, index) => (index === at ? { ...old, ...edit(old) } : old)) };
  });
  const other = records.kinds.find(({ name }) => name === "stage_size")!;
  return [
    ["argument", change("flash_read", (old) => ({ arguments: [old.arguments[0]! + 1, ...old.arguments.slice(1)] })),
      /call \d+: flash_read: offset: wanted \d+, found \d+$/],
    ["pointer", change("flash_read", (old) => ({ arguments: [old.arguments[0]!, old.arguments[1]! + 1, old.arguments[2]!] })),
      /flash_read: ptr: wanted \d+, found \d+$/],
    ["source byte", change("display_row", (old) => ({ sources: [{ argument: 1, bytes: withByte(old.sources[0]!.bytes, 2) }] })),
      /display_row: byte 2 behind ptr: wanted 0x[0-9a-f]{2}, found 0x[0-9a-f]{2}$/],
    ["answer", change("flash_geometry", () => ({ result: -6 })), /: start 1, (init|poll \d+ at \d+ us), /],
    ["written byte", once(hasOffer, (step) => ({ ...step, calls: step.calls.map((old) => (isOffer(old)
      ? { ...old, targets: [{ argument: 1, bytes: withByte(old.targets[0]!.bytes, OFFERED_AT) }, old.targets[1]!] } : old)) })),
      /: start 1, poll \d+ at \d+ us, /],
    ["other call", change("eth_link", () => ({ kind: other, arguments: [] })), /call \d+: wanted stage_size, found eth_link$/],
    ["missing call", once(call("eth_link"), (step) => ({ ...step, calls: step.calls.slice(0, -1) })),
      /call \d+: wanted the end, found [a-z_]+$/],
    ["one call more", once(call("eth_link"), (step) => ({ ...step, calls: [...step.calls, { ...step.calls[0]!, kind: other, arguments: [],
      sources: [], targets: [] }] })), /call \d+: wanted stage_size, found the end$/],
    ["wait", once(({ result }) => result > 1, (step) => ({ ...step, result: step.result + 1 })), /us, result: wanted \d+, found \d+$/],
    ["trap", once(({ calls }) => calls.length > 3, (step) => ({ ...step, end: 1, result: 0 })), /end: wanted a trap, found a return$/],
    ["trace count", once(({ traceCount }) => traceCount > 0, (step) => ({ ...step, traceCount: step.traceCount + 1 })),
      /trace: wanted \d+ new entries, found \d+$/],
    ["trace", once(({ traceCount }) => traceCount > 0, (step) => ({ ...step, traceCrc: step.traceCrc ^ 1 })),
      /trace: wanted CRC-32 0x[0-9a-f]{8}, found 0x[0-9a-f]{8}$/],
  ];
}
