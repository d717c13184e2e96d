// What the package gives to programs: a telephone, what it is connected to, its events and its verdict.
//
// `compileCore` takes the bytes of `offhook/core.wasm` or `offhook/core.simd.wasm`, `chooseCore` those of both. A `Telephone` is a board
// on a LAN in virtual time: power, keys, cable, events as they come, snapshots. By themselves, a `Board` is a telephone with a plug,
// `runVirtual` or a `RunLoop` moves its time, and `board.log` has every event. A `Recorder` keeps what passed between core and host,
// `replayRun` gives it to a module again. All of it runs in a browser too.
// `explainFile` and `lintFile` have the core judge a settings file.
// What is not exported here may change at any time.

export { Board, type BoardOptions } from "./board.js";
export { chooseCore, compileCore } from "./core-loader.js";
export type * from "./event-types.js";
export { explainFile, type Explained, type Explanation, type Reader } from "./explain/explain.js";
export type { ScriptInput } from "./explain/script-run.js";
export type { Finding, RuleName, Severity } from "./lint/finding.js";
export { FailingFlash, type FlashFailure } from "./faults/failing-flash.js";
export { SilentFlash, type SilentKind } from "./faults/silent-flash.js";
export { lintFile } from "./lint/lint.js";
export { MemoryNetwork } from "./network/memory.js";
export type { Network } from "./network/network.js";
export type { Flash } from "./peripherals/flash.js";
export { NOR_PARTS } from "./peripherals/nor-parts.js";
export { NorFlash } from "./peripherals/nor-flash.js";
export type { Identity } from "./peripherals/system.js";
export type * from "./record/format.js";
export { recordsFromJson, recordsToBytes, recordsToJson } from "./record/json.js";
export { countsOf, readRecords, RecordError } from "./record/reader.js";
export { Recorder } from "./record/recorder.js";
export { replayRun } from "./record/replay.js";
export { RunLoop, runVirtual } from "./run-loop.js";
export { Session, type SessionOptions } from "./session.js";
export { demoSite, type DemoSiteOptions } from "./site/demo.js";
export { type FileSource, MemoryFiles } from "./site/file-server.js";
export { type Cut, Telephone, type Snapshot, type TelephoneOptions, type Until } from "./telephone.js";
export { renderVerdict } from "./verdict-text.js";
