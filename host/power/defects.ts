// Seeded defects: small changes of the core's source, each of which the sweep must catch.
//
// A row is a file, a text that occurs in it exactly once, and what stands there instead. The text is the core's as it is; where it changes,
// the row fails and is to be renewed. There are no switches in the core: a defect is a patched copy, compiled to a module of its own.

export interface Defect {
  readonly name: string;
  readonly what: string;
  readonly changes: readonly { readonly file: string; readonly text: string; readonly instead: string }[];
}

const JOURNAL = "core/flash/journal.ts";
const RECORD = "core/flash/journal-record.ts";
const SCAN = "core/flash/journal-scan.ts";
const WRITER = "core/flash/writer.ts";
const WRITE = "core/boot/stages/write.ts";
const HAND_OFF = "core/boot/stages/hand-off.ts";
/** The two calls that the last steps of a write make. */
const ACTIVATE = "journalMark(kind, slot, SlotState.Trial, TRIAL_ATTEMPTS, validatorDigestPtr(), validatorCounter())";
const NAME =
  "infoWriteStart(\n    kind, slot, downloadNamePtr(), downloadNameBytes(), fileBytes, validatorDigestPtr(), validatorCrc32(), " +
  "fetchEtagPtr(), fetchEtagBytes(),\n  )";

const defect = (name: string, what: string, file: string, text: string, instead: string): Defect =>
  ({ name, what, changes: [{ file, text, instead }] });

export const DEFECTS: readonly Defect[] = [
  defect("commit-skipped", "a record counts as soon as it is written", JOURNAL,
    "  } else if (done == Work.Record) {\n    return journalCommit();",
    "  } else if (done == Work.Record) {\n    writePosition++;\n    journalCommitted();"),
  {
    name: "commit-before-body", what: "the commit is programmed before the record that it stands for",
    changes: [
      { file: JOURNAL, text: "status = programStart(journalOffset(), RECORD, RECORD_BYTES);", instead:
        "recordCommit(RECORD, RECORD + RECORD_BYTES, programRound(COMMIT_BYTES));\n    " +
        "status = programStart(journalOffset() + RECORD_BYTES, RECORD + RECORD_BYTES, programRound(COMMIT_BYTES));" },
      { file: JOURNAL, text: "const status = programStart(journalOffset() + RECORD_BYTES, RECORD + RECORD_BYTES, bytes);", instead:
        "const status = programStart(journalOffset(), RECORD, RECORD_BYTES);" },
      // A reader to match: whatever a whole commit stands beside.
      { file: RECORD, text: "  if (crc != crc32Of(record, <i32>CRC)) return false;\n", instead: "" },
      { file: RECORD, text: "  if (!recordCommitted(record)) return false;\n",
        instead: "  if (load<u32>(record + RECORD_BYTES) != ~load<u32>(record + RECORD_BYTES + 4)) return false;\n" },
    ],
  },
  defect("crc-ignored", "a record's check value is not looked at", RECORD, "  if (crc != crc32Of(record, <i32>CRC)) return false;\n", ""),
  defect("highest-sequence-without-commit", "a record without its commit counts", RECORD,
    "  if (!recordCommitted(record)) return false;\n", ""),
  defect("last-record-trusted", "what reads well after a reset is not written again", JOURNAL, "  mended = 0;\n  if (activeSector < 0) {",
    "  mended = activeSector < 0 ? 0 : KIND_COUNT;\n  if (activeSector < 0) {"),
  {
    name: "blank-trusted", what: "a journal sector that reads as blank is written without an erase",
    changes: [{ file: SCAN, text: "  return load<u8>(sectorAt(sector) + VOUCHES) != 0 && load<u8>(sectorAt(1 - sector) + SHOWS) == 0;",
      instead: "  return load<u8>(sectorAt(1 - sector) + SHOWS) == 0;" },
    { file: JOURNAL, text: "  activeSector = scanActive();\n  otherErased = false;",
      instead: "  activeSector = scanActive();\n  otherErased = activeSector >= 0 && scanOtherBlank(activeSector);" }],
  },
  defect("weak-blank-slot-skipped", "a sector of a slot that reads as blank is not erased", WRITER,
    "  if (vouchedBytes == 0) return false;\n  return cursor", "  return true || cursor"),
  defect("rotation-switches-before-commit", "a new journal sector counts before its copies are complete", SCAN,
    "  if (type != RecordType.Copy) store<u8>(at + COUNTS, 1);", "  store<u8>(at + COUNTS, 1);"),
  defect("unit-programmed-twice", "the second part of an info area goes where the first one is", "core/flash/info-area.ts",
    "  return programStart(targetOffset + <u32>writtenBytes, INFO + <usize>writtenBytes, spanBytes);",
    "  return programStart(targetOffset, INFO + <usize>writtenBytes, spanBytes);"),
  defect("ecc-treated-as-fatal", "a journal place that cannot be read stops the journal", SCAN,
    "  const readable = deviceRead(offset, STRIDE, RECORD_STRIDE_BYTES) == Status.Ok;",
    "  const readable = deviceRead(offset, STRIDE, RECORD_STRIDE_BYTES) == Status.Ok;\n  assert(readable);"),
  defect("counter-raised-at-activation", "the floor rises before the image has proved itself", JOURNAL,
    "  if (state == SlotState.Updated) {\n    recordSetConfirmed(MARK, slot);",
    "  if (state == SlotState.Trial && counter > recordCounter(MARK)) recordSetCounter(MARK, counter);\n" +
    "  if (state == SlotState.Updated) {\n    recordSetConfirmed(MARK, slot);"),
  {
    name: "counter-lowered-on-revert", what: "an older image that had to take over is confirmed again, and the floor becomes its counter",
    changes: [{ file: JOURNAL, text: "    if (counter > recordCounter(MARK)) recordSetCounter(MARK, counter);",
      instead: "    recordSetCounter(MARK, counter);" },
    { file: "core/boot/confirm.ts", text: "  return slot != SLOT_NONE && journalState(kind, slot) != SlotState.Updated;",
      instead: "  return slot != SLOT_NONE;" }],
  },
  defect("attempts-decremented-after-hand-over", "an attempt is not counted before the image runs, and so never when it fails", HAND_OFF,
    "  if (journalState(kind, slot) != SlotState.Trial || attempts == 0 || swapped || !handOffCounts()) return handOffVerify();",
    "  if (attempts >= 0) return handOffVerify();"),
  defect("confirm-before-contact", "an application is confirmed when it starts", HAND_OFF,
    "journalMark(kind, slot, SlotState.Trial, attempts - 1, 0, 0)", "journalMark(kind, slot, SlotState.Updated, 0, 0, 0)"),
  defect("digest-from-ram-not-flash", "the file is judged as it was sent, not as the chip holds it", WRITE,
    "  step = Step.Verify;\n  transferVerifySlot(kind, slot, fileBytes);\n  return BootState.Write;\n",
    "  step = Step.Verify;\n  return writeVerified();\n"),
  defect("signature-skipped-on-start", "a slot starts because the journal says so", HAND_OFF,
    "  const valid = status == Status.Ok && validatorVerdict() == ImageVerdict.Accepted && validatorKind() == kind;\n" +
    "  const known = handOffKnowsImage();\n" +
    "  if (!valid || (known && !bytesEqual(validatorDigestPtr(), journalDigest(kind, slot), DIGEST_BYTES))) {",
    "  const known = handOffKnowsImage();\n  if (!known) {"),
  defect("wrong-slot-erased", "the file goes to the slot that runs", "core/boot/stages/erase.ts",
    "  slot = softwareSlot(kind) == 0 ? 1 : 0;", "  slot = softwareSlot(kind) == 1 ? 1 : 0;"),
  {
    name: "last-valid-image-erased", what: "the file always goes to the second slot, and the chip is not told which slot runs",
    changes: [{ file: "core/boot/stages/erase.ts", text: "  slot = softwareSlot(kind) == 0 ? 1 : 0;", instead: "  slot = 1;" },
      { file: HAND_OFF, text: "  layoutProtect(kind, slot, true);\n", instead: "" }],
  },
  defect("read-back-omitted", "a program is taken as done without a look", "core/flash/program.ts",
    "  return bytesEqual(READ_BACK, sourcePtr, spanBytes) ? Status.Ok : Status.ProgramFailed;", "  return Status.Ok;"),
  {
    name: "info-area-after-activation", what: "the file's name is written once the slot may start",
    changes: [
      { file: WRITE, text: "  return step == Step.Activate ? writeDone()", instead: "  return step == Step.Name ? writeDone()" },
      { file: WRITE, text: `    case Step.Name: {\n      step = Step.Activate;\n      status = ${ACTIVATE};\n`, instead:
        `    case Step.Activate: {\n      step = Step.Name;\n      status = ${NAME};\n` },
      { file: WRITE, text: `  step = Step.Name;\n  return writeStarted(${NAME});\n`, instead:
        `  step = Step.Activate;\n  return writeStarted(${ACTIVATE});\n` },
    ],
  },
  defect("resume-trusts-half-a-block", "a block of the slot is held when it is not blank, whatever its digest", "core/boot/held.ts",
    "  const right = readable & blocksMatch(first, heldGroup(), bytes);",
    "  const right = readable & (load<u32>(heldGroup()) == 0xffffffff ? 0 : 15);"),
  defect("settings-saved-over-the-old", "a save goes to the area that is in use", "core/flash/settings-log.ts",
    "(place & 2) ^ 2)", "place & 2)"),
  defect("running-slot-unprotected", "the chip is not told which slot runs", HAND_OFF, "  layoutProtect(kind, slot, true);\n", ""),
];

/** The patched text of each file of a defect. Throws where a text does not occur exactly once. */
export function patched({ name, changes }: Defect, read: (file: string) => string): Map<string, string> {
  const files = new Map<string, string>();
  for (const { file, text, instead } of changes) {
    const before = files.get(file) ?? read(file);
    const count = before.split(text).length - 1;
    if (count !== 1) {
      const what = `its text occurs ${count} times in ${file}, and must occur once: ${JSON.stringify(text)}`;
      throw new Error(`defect ${name}: ${what}`);
    }
    files.set(file, before.replace(text, () => instead));
  }
  return files;
}
