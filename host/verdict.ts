// The verdict: from everything a run produced to its `end` event. Did it get there, and if not, why and what to do.
//
// In: the log's events and facts, and how the run ended. Out: the body of the `end` event and the exit code.
// `code` is the first thing in time that made `ok` false. Only the last start-up counts: what a restart mended is mended.

import type { Code, EndEvent, Evidence, Facts, OffhookEvent, ParameterValue, Warning } from "./event-types.js";
import { upgradeLoop } from "./verdict-image.js";
import { cutWarnings, vlanLoop } from "./verdict-network.js";
import { problemsOf, unsignedCause } from "./verdict-problems.js";
import type { Problem, StartUp } from "./verdict-types.js";

/** How a run ended, and what was asked of it. */
export interface RunOutcome {
  /**
   * `reached`: the wanted state; `timeout`: `--timeout`; `reset-loop`: three resets for one cause without progress;
   * `local-procedures`: the user's; `interrupted`: the user ended the run.
   */
  readonly ended: "reached" | "timeout" | "reset-loop" | "local-procedures" | "interrupted";
  /** The state of `--until`; `none` means until the time is over, which is then no failure. */
  readonly wanted: string;
  /** With `--server`, `--site`, `--lan FILE` or credentials: what was asked for must also have worked. */
  readonly strict: boolean;
  readonly lenient: boolean;
}

/** States behind everything that can stop a start-up before its network part is done. */
const FAR_STATES: ReadonlySet<string> = new Set(["call-server", "scep", "login", "registered"]);

/** Problems that keep a telephone from going on, whatever was asked for. */
const STOPPING: ReadonlySet<Code> = new Set([
  "no-link", "no-offer", "offer-refused", "address-conflict", "router-silent", "router-subnet", "flash-failed", "register-refused",
] as const);

/** What the two standing facts mean by themselves. */
const UNEXPLAINED = [
  {
    fact: "upgradestat", value: 2, code: "server-unreachable",
    cause: "The upgrade script was not obtained (UPGRADESTAT=2).", advice: "check HTTPSRVR, and that the file server is running",
  },
  {
    fact: "upgradestat", value: 1, code: "not-a-script",
    cause: "The upgrade script was obtained and could not be interpreted (UPGRADESTAT=1).", advice: "open its URL and see what is served",
  },
  {
    fact: "appstat", value: 2, code: "http-status",
    cause: "The file that the script names was not obtained (APPSTAT=2).", advice: "put it beside the script on the file server",
  },
  {
    fact: "appstat", value: 1, code: "image-rejected",
    cause: "The file that the script names was obtained and not stored (APPSTAT=1).",
    advice: "check it with offhook image verify FILE --trust KEY.pem",
  },
] as const;

export type EndBody = Omit<EndEvent, "n" | "t" | "event">;

/** Exit codes of `offhook boot`. */
export const EXIT_OK = 0;
export const EXIT_STOPPED = 1;
export const EXIT_LOCAL_PROCEDURES = 3;
export const EXIT_INTERRUPTED = 130;

/** Judges a run. */
export function verdictOf(events: readonly OffhookEvent[], facts: Facts, outcome: RunOutcome): EndBody {
  const [run, problems, stood] = judgedStartUp(events, facts);
  const failure = failureOf(events, run, problems, outcome);
  const warnings = problems.filter((problem) => problem !== failure).map(warningOf);
  return {
    ok: failure === undefined,
    state: failure === undefined ? run.state : stood,
    code: failure?.code ?? "reached",
    cause: failure?.cause ?? reachedCause(run, outcome),
    evidence: failure?.evidence ?? reachedEvidence(run),
    advice: failure?.advice ?? "",
    warnings: [...warnings, ...cutWarnings(events), ...unsignedWarnings(events)],
    ...(facts.upgradestat === undefined ? {} : { upgradestat: facts.upgradestat }),
    ...(facts.appstat === undefined ? {} : { appstat: facts.appstat }),
    bootname: facts.bootname,
    appname: facts.appname,
    parameters: parametersOf(run),
  };
}

/** The exit code that belongs to a verdict. */
export function exitCodeOf(end: EndBody, outcome: RunOutcome): number {
  if (outcome.ended === "interrupted") return EXIT_INTERRUPTED;
  if (outcome.ended === "local-procedures") return EXIT_LOCAL_PROCEDURES;
  return end.ok ? EXIT_OK : EXIT_STOPPED;
}

/**
 * The last start-up; or the one before, when the run ended in a reset and the last one had no time to fail. And the state in which the
 * judged one stood: for one that ended in a reset, the state before it.
 */
function judgedStartUp(events: readonly OffhookEvent[], facts: Facts): [StartUp, Problem[], string] {
  const starts = events.flatMap((event, index) => (event.event === "state" && event.state === "power-up" ? [index] : []));
  const last = startUpFrom(events, facts, starts[starts.length - 1] ?? 0, events.length);
  const problems = problemsOf(last);
  const finished = events.findLastIndex((event) => event.event === "state" && FAR_STATES.has(event.state));
  const begin = starts[starts.length - 2];
  const previous = startUpFrom(events, facts, begin ?? 0, starts[starts.length - 1] ?? events.length);
  const stoodBefore = stateBeforeReset(previous);
  const stood = begin !== undefined && last.state === "power-up" ? stoodBefore : last.state;
  if (problems.length > 0 || begin === undefined || finished >= (starts[starts.length - 1] ?? 0) || resetCause(events) === "upgraded") {
    return [last, problems, stood];
  }
  const before = problemsOf(previous);
  return [last, before, before.length > 0 ? stoodBefore : stood];
}

/** An upgrade is over at its restart; any other reset has its reason in the state before. */
function stateBeforeReset({ events, state }: StartUp): string {
  if (resetCause(events) === "upgraded") return state;
  const before = events.findLast((event) => event.event === "state" && event.state !== "restart");
  return before?.event === "state" ? before.state : state;
}

function startUpFrom(events: readonly OffhookEvent[], facts: Facts, begin: number, end: number): StartUp {
  const own = events.slice(begin, end);
  const state = own.findLast((event) => event.event === "state");
  // A notice stands between two events: `after` is the number of the one before it.
  const notices = facts.notices.filter((fact) => (fact.after > begin || begin === 0) && fact.after <= end);
  return { events: own, notices, facts, state: state?.event === "state" ? state.state : "power-up" };
}

function resetCause(events: readonly OffhookEvent[]): string {
  const reset = events.findLast((event) => event.event === "reset");
  return reset?.event === "reset" ? reset.reason ?? "" : "";
}

/** What made `ok` false, or undefined when nothing did. */
function failureOf(events: readonly OffhookEvent[], run: StartUp, problems: readonly Problem[], outcome: RunOutcome): Problem | undefined {
  if (outcome.ended === "local-procedures") return localProcedures(run);
  const arrived = outcome.ended === "reached" || (outcome.ended === "timeout" && outcome.wanted === "none");
  const loop = outcome.ended === "reset-loop" ? vlanLoop(events) : undefined;
  if (loop !== undefined) return loop;
  const serious = problems.find((problem) => problem.serious);
  if (arrived) return outcome.strict && !outcome.lenient ? serious ?? unexplained(run) : undefined;
  // What was not asked for did not make it fail, as long as something else did.
  const stopping = outcome.strict && !outcome.lenient ? serious : problems.find(({ code, serious: grave }) => grave && STOPPING.has(code));
  const standing = problems.find(({ code }) => explains(code, run.state, outcome.wanted));
  return stopping ?? serious ?? standing ?? unexplained(run) ?? stopped(events, run, outcome);
}

/** Of what is only a warning: whether it is why the telephone stands in this state. Another server that was down, say, is not. */
function explains(code: Code, state: string, wanted: string): boolean {
  if (state === "scep") return code === "scep-pending";
  return (state === "call-server" || wanted === "registered") && (code === "no-call-server" || code === "call-server-silent");
}

/** UPGRADESTAT or APPSTAT says that something failed which no event explains. */
function unexplained(run: StartUp): Problem | undefined {
  const stated = UNEXPLAINED.find(({ fact, value }) => run.facts[fact] === value);
  if (stated === undefined) return undefined;
  const n = run.events.findLast((event) => event.event === "http")?.n ?? lastEvent(run);
  return { n, serious: true, evidence: n === 0 ? [] : [{ event: n }], code: stated.code, cause: stated.cause, advice: stated.advice };
}

function localProcedures(run: StartUp): Problem {
  const states = run.events.flatMap((event) => (event.event === "state" ? [event] : []));
  const at = states.findLastIndex(({ state }) => state === "craft");
  const entered = states[at]?.n ?? lastEvent(run);
  const before = states[at - 1]?.state ?? "";
  const how = before === "login" || before === "registered"
    ? "The code of the local procedures was entered after the start-up."
    : "Program was pressed during the start-up, and that ends it: the telephone is in its local procedures.";
  return {
    n: entered, code: "local-procedures", serious: true, evidence: [{ event: entered }], cause: how,
    advice: "let the start-up run, or leave the procedures with Restart or Exit",
  };
}

/** Neither the state nor a reason why not: all that is known is where it stood. */
function stopped(events: readonly OffhookEvent[], run: StartUp, outcome: RunOutcome): Problem {
  const n = lastEvent(run);
  const facts = { n, serious: true, evidence: whereItStood(run) };
  const bare = run.notices.some((notice) => notice.notice === "no-software");
  const nothing = bare ? "No software is stored, and the script named none that could be stored. " : "";
  const supply = "let the script SET APPNAME for this MODEL, or add --appname NAME";
  if (outcome.ended === "reset-loop" && resetCause(events) === "upgraded") return upgradeLoop(events);
  if (outcome.ended === "reset-loop") {
    const cause = `The telephone reset three times in a row for the same cause without getting any further${reasonText(run)}.`;
    return { ...facts, code: "reset-loop", cause: nothing + cause, advice: bare ? supply : "look at the events before each reset" };
  }
  if (outcome.ended === "interrupted") {
    const cause = `The run was ended by its user in state ${run.state}.`;
    return { ...facts, code: "timeout", cause, advice: "start it again; --fast shows the end at once" };
  }
  if (run.state === "login" && outcome.wanted === "registered") {
    const cause = "The telephone asks who logs in, and nobody did before the time was over; registered was wanted.";
    const advice = "log in with --extension N --password P or with --key, or stop earlier with --until login";
    return { ...facts, code: "timeout", cause, advice };
  }
  return {
    ...facts, code: "timeout", cause: `${nothing}The time was over in state ${run.state}; ${outcome.wanted} was wanted.`,
    advice: bare ? supply : "give it more time with --timeout SECONDS, or stop earlier with --until STATE",
  };
}

/** The state it was in and what the screen showed last. */
function whereItStood(run: StartUp): Evidence[] {
  const last = ["state", "display"].flatMap((name) => run.events.findLast((event) => event.event === name) ?? []);
  return last.map(({ n }) => ({ event: n })).sort((a, b) => a.event - b.event);
}

/** The reason of the last reset, in brackets. */
function reasonText(run: StartUp): string {
  const cause = resetCause(run.events);
  return cause === "" ? "" : ` (${cause})`;
}

function lastEvent(run: StartUp): number {
  return run.events[run.events.length - 1]?.n ?? 0;
}

function reachedCause(run: StartUp, outcome: RunOutcome): string {
  return outcome.wanted === "none" ? `The run ended in state ${run.state}.` : `The start-up reached ${outcome.wanted}.`;
}

function reachedEvidence(run: StartUp): Evidence[] {
  const state = run.events.findLast((event) => event.event === "state");
  return state === undefined ? [] : [{ event: state.n }];
}

function warningOf(problem: Problem): Warning {
  const evidence: Evidence = problem.evidence[0] ?? { event: problem.n };
  return { ...evidence, code: problem.code, cause: problem.cause, advice: problem.advice };
}

/** Every report says so when an image was accepted without a signature, in whichever start-up that was. */
function unsignedWarnings(events: readonly OffhookEvent[]): Warning[] {
  const advice = "sign it, and boot without --unsigned";
  return events.flatMap((event) => (event.event === "image" && event.unsigned === true && event.verdict === "accepted"
    ? [{ event: event.n, code: "unsigned-image" as const, cause: unsignedCause(event), advice }] : []));
}

/** The parameters in use, each with the line that set it where a script or settings file did. */
function parametersOf(run: StartUp): Record<string, ParameterValue> {
  const lines = new Map<string, { file: string; line: number }>();
  for (const event of run.events) {
    if (event.event !== "script" || event.effect !== "set" || event.name === undefined) continue;
    if (event.file !== undefined && event.line !== undefined) lines.set(event.name.toUpperCase(), { file: event.file, line: event.line });
  }
  const parameters: Record<string, ParameterValue> = {};
  for (const [name, parameter] of [...run.facts.parameters].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const fromFile = parameter.source === "script" || parameter.source === "settings";
    parameters[name] = { ...parameter, ...(fromFile ? lines.get(name) : undefined) };
  }
  return parameters;
}
