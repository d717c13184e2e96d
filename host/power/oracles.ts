// The eight oracles of the sweep: what must hold of every start after a cut.
//
// In: what the chip said before and after the operation that was cut (read by journal-reader, not by the core), and the run that followed.
// Out: nothing, or which oracle was broken and how. (a) a verified image starts within few boots and operations; (b) it is the old or the
// new one as the phase allows; (c) the counter floor never falls and is never above the confirmed image's; (d) nothing is erased or
// programmed in the running slot; (e) an acknowledged confirmation stays; (f) the update completes once cuts stop; (g) a sector of a
// slot is erased once an update at most, and where blocks resume only those in doubt once more. And the settings: the first
// power-up restores a whole set, the old or the new one, and the new one is stored in the end.

import { Kind } from "../../hal/abi.js";
import { SlotState } from "../../hal/events.js";
import type { NorCells } from "../peripherals/nor-cells.js";
import { readJournal, type JournalSays, type KindSays } from "./journal-reader.js";
import { layoutOf } from "./layout.js";
import { LOCAL_NAMES, type Scenario, type SweepImage } from "./scenarios.js";
import { readSettings, settingsLabel } from "./settings-reader.js";
import { imageAt, type Bench, type Choice, type Run } from "./telephone.js";

export const KINDS: readonly Kind[] = [Kind.Boot, Kind.Application];

export type Oracle = "a" | "b" | "c" | "d" | "e" | "f" | "g";

export interface Broken {
  readonly oracle: Oracle | "settings" | "unverified" | "panic" | "rot";
  readonly why: string;
}

/** What an oracle needs of a run; the rest is dropped. */
export interface Facts extends Omit<Run, "operations" | "needs"> {
  readonly operationCount: number;
}

export function factsOf({ operations, needs: _needs, ...rest }: Run): Facts {
  return { ...rest, operationCount: operations.length };
}

/** Oracle (a): power-ups and resets until an image starts, and operations before it. */
const BOOTS_MAX = 1;
const OPERATIONS_MAX = 40;

/** What the chip holds between two operations. */
export interface Moment {
  readonly journal: JournalSays;
  /** For each kind the image that a power-up would start: "" none. Undefined: the journal does not say. */
  readonly starts: Readonly<Record<number, string | undefined>>;
  /** The settings that a power-up may restore: the newest sealed ones, and the newest ones that read well. */
  readonly settings: readonly string[];
}

/** Looks at a chip that is at rest and whole. */
export function momentOf(cells: NorCells, { part, images, settings }: Bench): Moment {
  const journal = readJournal(cells, part);
  const layout = layoutOf(part);
  const starts = Object.fromEntries(KINDS.map((kind) => {
    const says = journal[kind];
    const name = (slot: number): string => {
      const image = imageAt(cells, layout.slot(kind, slot).offset, images);
      const known = image !== undefined && image.kind === kind && (says === undefined || image.digest === says.slots[slot]?.digest);
      return known ? image.name : "";
    };
    if (says === undefined) return [kind, undefined];
    const first = preferred(says);
    if (first < 0) return [kind, undefined];
    return [kind, name(first) || (holdsImage(says, 1 - first) ? name(1 - first) : "")];
  }));
  const says = readSettings(cells, part);
  return { journal, starts, settings: [says.sealed, says.newest].map((list) => settingsLabel(list, settings, LOCAL_NAMES.stays)) };
}

/** The slot that a power-up tries first (docs/FORMAT.md, Starting). */
function preferred({ slots, confirmed }: KindSays): number {
  const trial = slots.findIndex(({ state, attempts }) => state === SlotState.Trial && attempts > 0);
  if (trial >= 0) return trial;
  if (slots[confirmed]?.state === SlotState.Updated) return confirmed;
  return slots[1 - confirmed]?.state === SlotState.Updated ? 1 - confirmed : -1;
}

export function holdsImage({ slots }: KindSays, slot: number): boolean {
  return [SlotState.Trial, SlotState.Updated, SlotState.Staged].includes(slots[slot]!.state);
}

export interface Judged {
  readonly scenario: Scenario;
  readonly images: readonly SweepImage[];
  /** Before the first cut operation, and after it had it not been cut. */
  readonly before: Moment;
  readonly after: Moment;
  readonly facts: Facts;
  /** What the chip may say instead of `before`: an earlier cut left a record that reads now so, now otherwise, and none stands after it. */
  readonly doubt?: readonly Moment[];
  /** Sectors of blocks that the update had written and that were not in flight: whole, and known to be. */
  readonly whole?: readonly number[];
}

/** The first oracle that a run breaks. */
export function judge(judged: Judged): Broken | undefined {
  const { facts, scenario } = judged;
  if (facts.panic !== undefined) return { oracle: "panic", why: facts.panic };
  if (facts.unverified !== undefined) return { oracle: "unverified", why: `started ${facts.unverified}` };
  return starts(judged) ?? floors(judged) ?? running(facts) ?? again(judged) ?? resumed(judged) ??
    confirmation(judged) ?? settings(judged) ?? completes(facts, scenario, judged.images);
}

/** (a) and (b), for each kind: what the first power-up chose. */
function starts({ before, after, facts, doubt = [] }: Judged): Broken | undefined {
  for (const kind of KINDS) {
    const allowed = [before, after, ...doubt].map((moment) => moment.starts[kind]);
    const first = facts.choices.find((choice) => choice.kind === kind);
    const chosen = first !== undefined && first.instance < BOOTS_MAX ? first : undefined;
    if (chosen?.image === "") return { oracle: "unverified", why: `${kindName(kind)} slot ${chosen.slot} holds no signed image` };
    if (allowed.includes(undefined)) continue; // The journal knows nothing yet: whatever verifies may start.
    if (allowed.includes(chosen?.image ?? "")) {
      const after = chosen?.after ?? 0;
      if (after > OPERATIONS_MAX) return { oracle: "a", why: `${after} operations before an image starts` };
      continue;
    }
    if (chosen === undefined) return { oracle: "a", why: `no ${kindName(kind)} starts; ${allowed.join(" or ")} should` };
    const phase = [...new Set(allowed)].map((name) => name || "none").join(" or ");
    return { oracle: "b", why: `${chosen.image} starts; the phase allows ${phase}` };
  }
  return undefined;
}

/** (c), along the run. */
function floors({ before, facts, images, doubt = [] }: Judged): Broken | undefined {
  for (const kind of KINDS) {
    let floor = Math.min(...[before, ...doubt].map(({ journal }) => journal[kind]?.floor ?? 0));
    for (const journal of facts.journals) {
      const broken = floorBroken(kind, floor, journal, images);
      if (broken !== undefined) return broken;
      floor = journal[kind]?.floor ?? 0;
    }
  }
  return undefined;
}

/** The floor did not fall, and rose no higher than the counter of an image that is confirmed. */
function floorBroken(kind: Kind, floor: number, journal: JournalSays, images: readonly SweepImage[]): Broken | undefined {
  const says = journal[kind];
  const now = says?.floor ?? 0;
  if (now < floor) return { oracle: "c", why: `the floor of ${kindName(kind)} fell from ${floor} to ${now}` };
  if (says === undefined || now === floor) return undefined;
  const confirmed = says.slots.filter((slot) => slot.state === SlotState.Updated);
  const highest = Math.max(0, ...confirmed.map(({ digest }) => images.find((image) => image.digest === digest)?.counter ?? 0));
  if (now <= highest) return undefined;
  return { oracle: "c", why: `the floor of ${kindName(kind)} rose to ${now}; the confirmed image has ${highest}` };
}

/** (d) and (g). */
function running(facts: Facts): Broken | undefined {
  if (facts.trespasses.length > 0) return { oracle: "d", why: facts.trespasses[0]! };
  return facts.erasesMax > 1 ? { oracle: "g", why: `a sector of a slot was erased ${facts.erasesMax} times in one update` } : undefined;
}

/** (g): an update that was activated is done; its file is not stored once more. */
function again({ before, after, facts, scenario, doubt = [] }: Judged): Broken | undefined {
  for (const kind of facts.erased) {
    const wanted = kind === Kind.Boot ? scenario.ends.boot : scenario.ends.app;
    const isDone = wanted !== "" && [before, after, ...doubt].every((moment) => moment.starts[kind] === wanted);
    if (isDone) return { oracle: "g", why: `${wanted} was activated, and a slot is erased for it again` };
  }
  return undefined;
}

/** (g), where blocks go straight into the slot: those that were whole stay. */
function resumed({ facts, whole = [] }: Judged): Broken | undefined {
  const sector = facts.sectors.find((offset) => whole.includes(offset));
  return sector === undefined ? undefined : { oracle: "g", why: `the sector at ${sector} was written and is erased again` };
}

/** The settings that the first power-up restores are a whole set, the old or the new one; in the end the new one is stored. */
function settings({ before, after, facts, scenario, doubt = [] }: Judged): Broken | undefined {
  if (scenario.keeps === undefined) return undefined;
  const allowed = [...new Set([before, after, ...doubt].flatMap((moment) => moment.settings))];
  const restored = facts.restored[0] ?? "nothing";
  if (!allowed.includes(restored)) return { oracle: "settings", why: `${restored} is restored, not ${allowed.join(" or ")}` };
  return settingsEnd(facts, scenario);
}

function settingsEnd({ kept }: Facts, { keeps }: Scenario): Broken | undefined {
  return keeps === undefined || kept === keeps ? undefined : { oracle: "settings", why: `${kept} is stored in the end, not ${keeps}` };
}

/** (e): once an image of the scenario's end is confirmed and runs, it is so at the end of every later instance. */
function confirmation({ before, facts, images, scenario, doubt = [] }: Judged): Broken | undefined {
  for (const kind of KINDS) {
    const wanted = kind === Kind.Boot ? scenario.ends.boot : scenario.ends.app;
    const digest = images.find((image) => image.name === wanted)?.digest;
    if (digest === undefined || ![before, ...doubt].every(({ journal }) => isConfirmed(journal[kind], digest))) continue;
    // Where one on trial runs instead, the confirmed one may be replaced by a further update.
    if (facts.choices.find((choice) => choice.kind === kind)?.image !== wanted) continue;
    const index = facts.journals.findIndex((journal) => !isConfirmed(journal[kind], digest));
    if (index >= 0) return { oracle: "e", why: `${wanted} was confirmed and is not any more after start ${index + 1}` };
  }
  return undefined;
}

function isConfirmed(says: KindSays | undefined, digest: string): boolean {
  if (says === undefined) return false;
  const slot = says.slots[says.confirmed];
  return slot?.state === SlotState.Updated && slot.digest === digest;
}

/** (f): quiet at the login prompt, on the images that the scenario ends with, each confirmed. */
export function completes(facts: Facts, { ends }: Scenario, images: readonly SweepImage[]): Broken | undefined {
  if (facts.ended !== "quiet") return { oracle: "f", why: `the start-up does not end: ${facts.ended}` };
  const last = facts.journals.at(-1);
  for (const [kind, wanted, name] of [[Kind.Boot, ends.boot, facts.bootname], [Kind.Application, ends.app, facts.appname]] as const) {
    if (wanted === "") continue;
    if (name !== wanted) return { oracle: "f", why: `it ends on ${name || "no"} ${kindName(kind)}, not on ${wanted}` };
    const digest = images.find((image) => image.name === wanted)!.digest;
    if (!isConfirmed(last?.[kind], digest)) return { oracle: "f", why: `${wanted} runs and is not confirmed` };
  }
  return undefined;
}

/** The clean run itself: nothing is cut, everything else must hold. */
export function judgeClean(
  facts: Facts, moments: readonly Moment[], images: readonly SweepImage[], scenario: Scenario, isLast: boolean,
): Broken | undefined {
  if (facts.panic !== undefined) return { oracle: "panic", why: facts.panic };
  if (facts.unverified !== undefined) return { oracle: "unverified", why: `started ${facts.unverified}` };
  for (const kind of KINDS) {
    for (const [index, moment] of moments.entries()) {
      const floor = moments[index - 1]?.journal[kind]?.floor ?? moment.journal[kind]?.floor ?? 0;
      const broken = floorBroken(kind, floor, moment.journal, images);
      if (broken !== undefined) return broken;
    }
  }
  const settles = isLast ? scenario.settles : undefined;
  for (const [kind, wanted] of [[Kind.Boot, settles?.boot], [Kind.Application, settles?.app]] as const) {
    const image = choiceOf(facts.choices, kind);
    if (wanted !== undefined && image !== wanted) return { oracle: "b", why: `${image || "nothing"} starts in the end, not ${wanted}` };
  }
  return running(facts) ?? (settles === undefined ? undefined : settingsEnd(facts, scenario));
}

function choiceOf(choices: readonly Choice[], kind: Kind): string {
  return choices.findLast((choice) => choice.kind === kind)?.image ?? "";
}

function kindName(kind: Kind): string {
  return kind === Kind.Boot ? "boot file" : "application";
}
