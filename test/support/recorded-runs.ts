// The runs whose records other engines replay: whole start-ups on both bindings, faults, and an update cut at every flash operation.
//
// `record(plans)` gives a record file of any runs: a plan makes its boards with the `instantiate` that it is given, so whatever can
// make a telephone (a scenario, a sweep of cuts) can be recorded. Nothing is compared here.

import { createHash } from "node:crypto";
import { Mode, Status } from "../../hal/abi.js";
import type { HalImports } from "../../hal/contract.js";
import type { BoardOptions } from "../../host/board.js";
import { all, half, nothing, prefix } from "../../host/faults/cut-models.js";
import { FailingFlash, type FlashFailure } from "../../host/faults/failing-flash.js";
import { demoFiles, demoKey, demoOldBoot } from "../../host/image/demo.js";
import type { CutModel } from "../../host/peripherals/flash.js";
import { W25Q128JV } from "../../host/peripherals/nor-parts.js";
import { Recorder } from "../../host/record/recorder.js";
import type { HttpFault } from "../../host/site/http-faults.js";
import { builtInLan, LAN_NAMES } from "../../host/site/lans.js";
import { asking, certified, PROXY } from "./certificates.js";
import { build, bytesOf, core } from "./core.js";
import { testKey } from "./image-craft.js";
import { telephone, trunk, vlan } from "./lans.js";
import { play, SMALL_PART, software, type Played, type Scenario, type Software } from "./scenario.js";
import { runMode, type ModeFiles } from "./short-mode.js";
import { p256Pair, rsaPair, signerOf, steadySignerOf } from "./signing-keys.js";

export type Instantiate = NonNullable<BoardOptions["instantiate"]>;

export interface Plan {
  readonly name: string;
  readonly run: (instantiate: Instantiate) => void;
}

/** The record file of some runs of the build under test. */
export function record(plans: readonly Plan[]): Uint8Array {
  const recorder = new Recorder(createHash("sha256").update(bytesOf(build)).digest());
  for (const { name, run } of plans) run(recorder.run(name));
  return recorder.file();
}

const scenario = (planned: Scenario): Plan => ({
  name: planned.name,
  run: (instantiate) => {
    const { violations } = play({ ...planned, instantiate });
    if (violations.length > 0) throw new Error(`${planned.name}: ${violations.join("; ")}`);
  },
});

/** Small enough that every cut of it is cheap: 48 pages and its journal records. */
const next = software("app2.bin", { bytes: 12_000 });
const updateWith = (file: Software): Omit<Scenario, "name"> => ({
  ...telephone, files: { ...telephone.files as ModeFiles, "96xxupgrade.txt": `SET APPNAME ${file.name}\n`, [file.name]: file.bytes },
});
const update = updateWith(next);
/** Words that carry a code are programmed as one. */
const wideUnits: Omit<Scenario, "name"> = { ...update, part: { ...SMALL_PART, name: "wide", totalBytes: 0x40000, unitBytes: 32 } };

export const PLAIN_UPDATE: Plan = scenario({ ...update, name: "update" });
export const TRAP: Plan = { name: "trap in init", run: trapInInit };
export const LEX: Plan = modePlan(Mode.Lex, "a.txt", { "a.txt": "SET GROUP 5\n" });

/** A module started in a mode that does not exist: its assertion is told and then traps. */
function trapInInit(instantiate: Instantiate): void {
  const refused = WebAssembly.Module.imports(core).map(({ name }) => [name, () => Status.Unsupported]);
  const instance = instantiate(core, Object.fromEntries(refused) as HalImports, () => 0);
  try {
    instance.init(99, 0);
  } catch (error) {
    if (!(error instanceof WebAssembly.RuntimeError)) throw error;
  }
}

/** Over every built-in LAN, the endless one for a few rounds. */
function lanPlans(): Plan[] {
  const lans = LAN_NAMES.map((name) => scenario({ ...update, name: `LAN ${name}`, lan: builtInLan(name)!, timeoutSeconds: 120 }));
  const lossy = [2, 3, 4, 5].map((seed) => scenario({ ...update, name: `LAN lossy, seed ${seed}`, lan: builtInLan("lossy")!, seed }));
  const policy = { vlan: 232, tagged: true, priority: 5, dscp: 46 };
  const named = trunk("HTTPSRVR=files.example.com", []); // A later HTTPSRVR replaces the first.
  return [
    ...lans, ...lossy, scenario({ ...update, name: "LAN with names", lan: named }),
    scenario({ ...update, name: "LAN with LLDP", lan: trunk("", [vlan(232)], { lldp: { policy } }),
      identity: { presets: ["LLDP_ENABLED=2"] } }),
  ];
}

function imagePlans(): Plan[] {
  const [p256, rsa] = [p256Pair("recorded runs"), rsaPair(2048)];
  const flipped = next.bytes.map((byte, index) => (index === 5000 ? byte ^ 1 : byte));
  const files: [string, Software, Partial<Scenario>?][] = [
    ["signed with P-256", software("app2.bin", { bytes: 5000, signer: steadySignerOf(p256) }), { trust: [testKey.spki, p256.spki] }],
    ["signed with RSA", software("app2.bin", { bytes: 5000, signer: signerOf(rsa) }), { trust: [testKey.spki, rsa.spki] }],
    ["a flipped bit", { ...next, bytes: flipped }],
    ["a flipped signature", { ...next, bytes: next.bytes.map((byte, index) => (index === next.bytes.length - 1 ? byte ^ 1 : byte)) }],
    ["truncated", { ...next, bytes: next.bytes.subarray(0, 9000) }],
    ["not a container", { ...next, bytes: next.bytes.subarray(1) }],
    ["another model", software("app2.bin", { bytes: 5000, models: ["9620"] })],
    ["no key trusted", next, { trust: [], stored: [], identity: { appName: "app1.bin" } }],
  ];
  return files.map(([name, file, more]) => scenario({ ...updateWith(file), ...more, name }));
}

function faultPlans(): Plan[] {
  const http: HttpFault[] = [
    { kind: "status", status: 404 }, { kind: "status", status: 503 }, { kind: "short", bytes: 20 }, { kind: "reset", bytes: 20 },
    { kind: "chunked", bytes: 7 }, { kind: "html" }, { kind: "refuse" }, { kind: "endless-headers" },
  ];
  const flash: FlashFailure[] = [
    { kind: "erase", after: 0 }, { kind: "erase", after: 1, lasting: true }, { kind: "program", after: 3 }, { kind: "program", after: 30 },
    { kind: "program", after: 40, lasting: true },
  ];
  return [
    ...http.map((fault) => scenario({ ...update, name: `HTTP ${fault.kind}`, faults: [{ times: 2, fault }] })),
    ...flash.map((failure) => scenario({
      ...update, name: `flash ${failure.kind} ${failure.after} fails`, wrap: (chip) => new FailingFlash(chip, failure),
    })),
    scenario({ ...update, name: "no cable", linkSpeed: 0, timeoutSeconds: 60 }),
    scenario({ ...update, name: "no staging", stagingBytes: 0 }),
    scenario({ ...update, name: "a dirty chip", stored: [], dirty: true, identity: { appName: "none.bin" } }),
  ];
}

function modePlans(): Plan[] {
  const [image] = demoFiles();
  const script = "## A comment\nSET GROUP 5\nIF $GROUP SEQ 5 GOTO X\nGET missing.txt\n# X\nnonsense\nSET VLANTEST 1\n";
  const modes: [Mode, string, ModeFiles][] = [
    [Mode.VerifyImage, image!.name, { [image!.name]: image!.bytes }], [Mode.Interpret, "a.txt", { "a.txt": script }],
    [Mode.Lex, "a.txt", { "a.txt": script }], [Mode.Lex, "missing", {}],
  ];
  return modes.map((mode) => modePlan(...mode));
}

function modePlan(mode: Mode, file: string, files: ModeFiles): Plan {
  return { name: `mode ${Mode[mode]}, ${file}`, run: (instantiate) => void runMode(mode, file, files, { instantiate }) };
}

/** Whole start-ups, without a cut. */
export function startUpPlans(): Plan[] {
  const demonstration: Scenario = {
    name: "demonstration", part: W25Q128JV, trust: [demoKey().spki], stored: [demoOldBoot()], strict: false,
  };
  const certificates = [
    scenario({ ...asking({}), name: "LAN with a CA" }),
    scenario({ ...asking({}), name: "LAN with a CA that waits", lan: certified({ decision: "pending", polls: 2 }) }),
    scenario({ ...asking({ HTTPPROXY: PROXY }), name: "LAN with a CA and no proxy", timeoutSeconds: 60 }),
  ];
  return [scenario(demonstration), PLAIN_UPDATE, ...certificates, ...lanPlans(), ...imagePlans(), ...faultPlans(), ...modePlans(), TRAP];
}

const MODELS: readonly (readonly [name: string, model: CutModel])[] = [
  ["nothing done", nothing], ["all done", all], ["half done", half], ["one unit done", prefix(1)], ["seventy units done", prefix(70)],
];

/** Every `step`-th flash operation of an update cut off, as each model tears it, and the start-ups that follow to the login prompt. */
export function cutPlans(step = 1): Plan[] {
  return [
    ...cutsOf("update", update, MODELS, step),
    ...cutsOf("update, units of 32", wideUnits, MODELS.slice(1, 3), step),
  ];
}

function cutsOf(name: string, planned: Omit<Scenario, "name">, models: typeof MODELS, step: number): Plan[] {
  const whole: Played = play({ ...planned, name });
  const operations = Array.from({ length: Math.ceil(whole.flash.beganCount / step) }, (_, index) => index * step);
  return operations.flatMap((after) => models.map(([words, model]) =>
    scenario({ ...planned, name: `${name} cut at operation ${after}, ${words}`, cut: { operation: "any", after, model } })));
}
