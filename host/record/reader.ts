// Reads a record file (format.ts, docs/FORMAT.md): everything is checked before anything is used.
//
// In: bytes from anywhere. Out: runs, starts, steps and calls; or a `RecordError` that says what is wrong and where.

import { crc32 } from "../crc32.js";
import { ByteSource, RecordError } from "./byte-source.js";
import {
  ARGUMENT_COUNT_MAX, type CallKind, FORMAT_VERSION, HEADER_AT, HEADER_BYTES, MAGIC, MODULE_HASH_BYTES, NAME_BYTES_MAX, type RecordCounts,
  type RecordedCall, type RecordFile, type Run, RUN_NAME_BYTES_MAX, type Span, SPAN_COUNT_MAX, type Start, type Step, StepEnd,
} from "./format.js";

export { RecordError };

export function readRecords(file: Uint8Array): RecordFile {
  const { abiVersion, moduleHash } = readHeader(file);
  const source = new ByteSource(file.subarray(HEADER_BYTES), "after the header");
  const kinds = Array.from({ length: source.count("kinds of call") }, () => readKind(source));
  const spans = Array.from({ length: source.count("spans") }, () => source.block());
  const steps = Array.from({ length: source.count("steps") }, (_, index) => readStep(source.block(), index, kinds, spans));
  const runs = Array.from({ length: source.count("runs") }, () => readRun(source, steps));
  source.end();
  return { abiVersion, moduleHash, kinds, runs: checkedRuns(runs) };
}

/** A record of nothing would be equal on every engine. */
export function checkedRuns(runs: readonly Run[]): readonly Run[] {
  if (runs.length > 0 && runs.every(({ starts }) => starts.length > 0)) return runs;
  throw new RecordError("it has nothing to replay");
}

function readHeader(file: Uint8Array): Pick<RecordFile, "abiVersion" | "moduleHash"> {
  if (file.length < HEADER_BYTES) throw new RecordError(`${file.length} bytes: shorter than a record file's header`);
  if (MAGIC.some((byte, index) => file[index] !== byte)) throw new RecordError("not a record file: it does not begin as one");
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  const version = view.getUint16(HEADER_AT.version, true);
  if (version !== FORMAT_VERSION) throw new RecordError(`format version ${version}: this reader knows ${FORMAT_VERSION}`);
  const bytes = view.getUint32(HEADER_AT.bytes, true);
  if (bytes !== file.length) throw new RecordError(`${file.length} bytes: the header says ${bytes}`);
  const crc = crc32(file.subarray(HEADER_BYTES), crc32(file.subarray(0, HEADER_AT.crc)));
  if (crc !== view.getUint32(HEADER_AT.crc, true)) throw new RecordError("damaged: the checksum is of other bytes");
  const hash = file.slice(HEADER_AT.module, HEADER_AT.module + MODULE_HASH_BYTES);
  return { abiVersion: view.getUint16(HEADER_AT.abi, true), moduleHash: hash };
}

function readName(source: ByteSource): string {
  const bytes = source.block(NAME_BYTES_MAX);
  if (bytes.length === 0 || bytes.some((byte) => byte <= 0x20 || byte > 0x7e)) source.fail("a name is of printable ASCII");
  return String.fromCharCode(...bytes);
}

function readKind(source: ByteSource): CallKind {
  const name = readName(source);
  const args = Array.from({ length: source.count("arguments", ARGUMENT_COUNT_MAX) }, () => {
    const flag = source.byte();
    if (flag > 1) source.fail(`argument flag ${flag}`);
    return { name: readName(source), isPointer: flag === 1 };
  });
  return { name, arguments: args };
}

function readStep(bytes: Uint8Array, index: number, kinds: readonly CallKind[], spans: readonly Uint8Array[]): Step {
  const source = new ByteSource(bytes, `step ${index}`);
  const calls = Array.from({ length: source.count("calls") }, () => readCall(source, kinds, spans));
  const end = source.byte();
  if (end !== StepEnd.Returned && end !== StepEnd.Trapped) source.fail(`it ended in way ${end}`);
  const result = end === StepEnd.Returned ? source.signed() : 0;
  const traceCount = source.number();
  const traceCrc = traceCount > 0 ? source.u32() : 0;
  source.end();
  return { calls, end, result, traceCount, traceCrc };
}

function readCall(source: ByteSource, kinds: readonly CallKind[], spans: readonly Uint8Array[]): RecordedCall {
  const kind = kinds[source.index(kinds.length, "kind of call")]!;
  const args = kind.arguments.map(() => source.signed());
  const result = source.signed();
  const counts = source.byte();
  const [sourceCount, targetCount] = [counts & 0x0f, counts >> 4];
  if (sourceCount + targetCount > SPAN_COUNT_MAX) source.fail(`${sourceCount} and ${targetCount} spans`);
  const read = (): Span => readSpan(source, kind, spans);
  return { kind, arguments: args, result, sources: Array.from({ length: sourceCount }, read),
    targets: Array.from({ length: targetCount }, read) };
}

function readSpan(source: ByteSource, kind: CallKind, spans: readonly Uint8Array[]): Span {
  const argument = source.index(kind.arguments.length, "argument");
  if (!kind.arguments[argument]!.isPointer) source.fail(`${kind.name}: ${kind.arguments[argument]!.name} is no pointer`);
  return { argument, bytes: spans[source.index(spans.length, "span")]! };
}

function readRun(source: ByteSource, steps: readonly Step[]): Run {
  const name = source.block(RUN_NAME_BYTES_MAX);
  if (name.some((byte) => byte < 0x20)) source.fail("the name of a run has a control character");
  return { name: new TextDecoder().decode(name), starts: Array.from({ length: source.count("starts") }, () => readStart(source, steps)) };
}

function readStart(source: ByteSource, steps: readonly Step[]): Start {
  const [mode, cause] = [source.signed(), source.signed()];
  const init = steps[source.index(steps.length, "step")]!;
  let nowUs = 0;
  const polls = Array.from({ length: source.count("polls") }, () => {
    nowUs = (nowUs + source.number()) >>> 0;
    return { nowUs, step: steps[source.index(steps.length, "step")]! };
  });
  return { mode, cause, init, polls };
}

/** What is in a file, as figures. */
export function countsOf(file: RecordFile): RecordCounts {
  const counts = { runs: 0, starts: 0, polls: 0, calls: 0, bytes: 0 };
  for (const run of file.runs) {
    counts.runs += 1;
    counts.starts += run.starts.length;
    for (const start of run.starts) {
      counts.polls += start.polls.length;
      for (const step of [start.init, ...start.polls.map((poll) => poll.step)]) {
        counts.calls += step.calls.length;
        for (const { sources, targets } of step.calls) for (const { bytes } of [...sources, ...targets]) counts.bytes += bytes.length;
      }
    }
  }
  return counts;
}
