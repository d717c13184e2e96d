// Goal: a boot or application file that is not right is refused with its reason, and nothing was erased for it.
// Method: one start-up each with one wrong file; the guard of every scenario sees each erase and program. The table says what it
// comes to, a golden what the screen shows.

import { Kind } from "../../hal/abi.js";
import { demoSource } from "../../host/site/demo.js";
import { otherKey } from "../support/image-craft.js";
import { seededBytes } from "../support/seeded.js";
import { playTable, type Row } from "../support/scenario-table.js";
import { play, software, unsignedSoftware, type Scenario, type Software } from "../support/scenario.js";

const APP = "/app2.bin";
const SCRIPT = "SET APPNAME app2.bin\n";
const stored = [software("app1.bin", { counter: 5 })];
const good = software("app2.bin", { counter: 5 });

const serving = (file: Software, scenario: Partial<Scenario> = {}): Scenario => ({
  name: "", stored, files: { "96xxupgrade.txt": SCRIPT, [file.name]: file.bytes }, ...scenario,
});
const changed = (change: (bytes: Uint8Array) => Uint8Array): Software => ({ ...good, bytes: change(good.bytes.slice()) });
const flipped = (at: number) => changed((bytes) => {
  bytes[at < 0 ? bytes.length + at : at]! ^= 1;
  return bytes;
});

/** A refusal's screen, and that the stored software goes on. */
const refused = (name: string, scenario: Scenario, prompt: string, verdict: string, code = "image-rejected"): Row => ({
  ...scenario, name, ends: ["login", code, 1], texts: ["app2.bin", prompt, "Enter username"],
  check: (t, { events, end, flash }) => {
    t.match(events.filter((event) => event.event === "image"), [{ file: "app2.bin", verdict }]);
    t.same([end.appstat, end.appname], [1, "app1.bin"]);
    t.same(flash.counts, { erase: 0, program: 0 }, "nothing was erased or programmed");
  },
});

const refusals: Row[] = [
  refused("another-model", serving(software("app2.bin", { models: ["9630", "9620"] })), "File rejected: model", "wrong-model"),
  refused("unknown-kind", serving(software("app2.bin", { kind: 3 as Kind })), "File rejected: kind", "wrong-kind"),
  refused("older-counter", serving(software("app2.bin", { counter: 4 })), "File rejected: counter", "old-counter"),
  refused("larger-than-the-slot", serving(software("app2.bin", { counter: 5, bytes: 1_600_000 })), "File rejected: size", "too-large"),
  refused("not-bootable", serving(software("app2.bin", { counter: 5, flags: 0x10 })), "File rejected: format", "not-bootable"),
  refused("flipped-bit", serving(flipped(20_000)), "Checksum error", "digest-mismatch"),
  refused("flipped-signature", serving(flipped(-1)), "File rejected: signature", "bad-signature"),
  refused("unknown-key", serving(software("app2.bin", { signer: otherKey })), "File rejected: signature", "unknown-key"),
  refused("no-trusted-key", serving(good, { stored: [], identity: { appName: "app1.bin" }, trust: [] }), "File rejected: signature",
    "no-trusted-key"),
  refused("truncated", serving(changed((bytes) => bytes.subarray(0, 30_000))), "File rejected: format", "truncated"),
  refused("hash-only", serving(unsignedSoftware("app2.bin")), "File rejected: signature", "no-signature"),
];

const garbage = seededBytes("software of a real telephone", 512 * 1024);
const demo = demoSource();
const script = new TextDecoder().decode(demo.read("96xxupgrade.txt"));
const settings = new TextDecoder().decode(demo.read("46xxsettings.txt"));
const real: Scenario = {
  name: "", files: { "96xxupgrade.txt": script, "46xxsettings.txt": settings, "hb96xxdemo.bin": garbage, "SIP96xxdemo.bin": garbage },
};

/** Boots again with the options of the advice: that must then work. */
const adviceWorks: NonNullable<Row["check"]> = (t, { end, events }) => {
  const [, boot, app] = /--bootname (\S+) --appname (\S+)$/.exec(end.advice) ?? [];
  t.ok(boot !== undefined && app !== undefined, end.advice);
  const asAsked = app === "as-asked";
  const again = play({ ...real, identity: { bootName: boot!, ...(asAsked ? { asAsked } : { appName: app! }) } });
  t.same([again.end.ok, again.exitCode, again.violations], [true, 0, []], "a telephone with the advice's options reaches its login");
  const request = events.find((event) => event.event === "http" && event.why === "file-refused");
  t.ok(request?.event === "http" && request.bytes! <= 4096 && request.expected === garbage.length, "refused by its first bytes");
};

const notContainers: Row[] = [
  {
    ...real, name: "real-boot-file", identity: { appName: "other.bin" }, ends: ["login", "not-a-container", 1],
    texts: ["File rejected: format"], check: adviceWorks,
  },
  {
    ...real, name: "real-application", identity: { bootName: "hb96xxdemo.bin", appName: "other.bin" },
    ends: ["login", "not-a-container", 1], texts: ["File rejected: format"], check: adviceWorks,
  },
];

const obtaining: Row[] = [
  {
    ...serving(good), name: "application-404", files: { "96xxupgrade.txt": SCRIPT }, ends: ["login", "http-status", 1],
    requests: ["200 /96xxupgrade.txt", `404 ${APP}`], check: (t, { end }) => t.same([end.appstat, end.appname], [2, "app1.bin"]),
  },
  {
    ...serving(good), name: "application-short", faults: [{ path: APP, fault: { kind: "short", bytes: 30_000 } }],
    ends: ["login", "http-short", 1], requests: ["200 /96xxupgrade.txt", ...Array<string>(3).fill(`200 ${APP}`)],
  },
  {
    ...serving(good), name: "application-slow", faults: [{ path: APP, fault: { kind: "slow", bytesPerSecond: 20_000 } }],
    ends: ["login", "reached", 0], texts: ["app2.bin", "File Obtained;please wait...", "Saving to flash", "Restarting..."],
  },
];

const accepted: Row[] = [
  {
    ...serving(software("app2.bin", { kind: Kind.Boot, counter: 1 })), name: "boot-file-for-an-application", ends: ["login", "reached", 0],
    check: (t, { end }) => t.same([end.bootname, end.appname], ["app2.bin", "app1.bin"], "the file itself says what it is"),
  },
  {
    ...serving(unsignedSoftware("app2.bin"), { identity: { unsigned: true } }), name: "hash-only-unsigned", stored: [],
    ends: ["login", "reached", 0],
    check: (t, { end }) => t.match(end.warnings.filter(({ code }) => code === "unsigned-image"), [{ cause: /app2.bin.*--unsigned/ }]),
  },
  {
    ...serving(good), name: "same-counter", ends: ["login", "reached", 0],
    check: (t, { end }) => t.same([end.appstat, end.appname], [0, "app2.bin"]),
  },
];

const nothingStored: Row[] = [
  {
    ...serving(software("app2.bin", { signer: otherKey })), name: "rejected-with-nothing-stored", stored: [],
    ends: ["download", "image-rejected", 1], texts: ["File rejected: signature", "Restarting...", "File rejected: signature"],
    requests: Array<string[]>(3).fill(["200 /96xxupgrade.txt", `200 ${APP}`]).flat(),
    check: (t, { events }) => {
      const resets = events.flatMap((event) => (event.event === "reset" ? [event.reason] : []));
      t.same(resets, ["no-software", "no-software"], "reset twice, 30 s after each message");
      t.ok(events.some((event) => event.event === "softkeys" && event.labels.includes("Program")), "then it waits with Program");
    },
  },
];

playTable("wrong-image", [...refusals, ...notContainers, ...obtaining, ...accepted, ...nothingStored]);
