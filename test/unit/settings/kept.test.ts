// Goal: the list of kept parameters is whole at any time, and each value has one place. Method: files and local entries in every order,
// the list read as text.

import t, { type Test } from "tap";
import { Source } from "../../../hal/events.js";
import { NorFlash } from "../../../host/peripherals/nor-flash.js";
import { W25Q128JV } from "../../../host/peripherals/nor-parts.js";
import { FlashCore } from "../../support/flash-core.js";
import { keptText, put, settingsFile } from "../../support/kept-settings.js";

const clock = { nowUs: 0 };
const core = new FlashCore(new NorFlash({ part: W25Q128JV, clock, timing: "typical" }), clock);
const is = (t: Test, wanted: string, why: string): void => void t.equal(keptText(core), wanted, why);

t.beforeEach(() => void core.call("kept_init"));

t.test("a file's set replaces the one before it, whole, when it has ended well", async (t) => {
  settingsFile(core, { PROCSTAT: "1", SIPPORT: "5070" });
  is(t, "Stored PROCSTAT=1 | Stored SIPPORT=5070", "the first");
  settingsFile(core, { SIPPORT: "5080" });
  is(t, "Stored SIPPORT=5080", "what the next one does not name is gone");
  settingsFile(core, {});
  is(t, "", "an empty one");
});

t.test("a file that did not end well leaves the set before it", async (t) => {
  settingsFile(core, { PROCSTAT: "1" });
  settingsFile(core, { PROCSTAT: "0", SIPPORT: "5070" }, false);
  is(t, "Stored PROCSTAT=1", "as it was");
  core.call("kept_file_start");
  put(core, { PROCSTAT: "0" }, Source.Settings);
  is(t, "Stored PROCSTAT=1 | Settings PROCSTAT=0", "both, while it is being read");
  core.call("kept_file_start");
  is(t, "Stored PROCSTAT=1", "a file that was left half read is forgotten when the next one begins");
});

t.test("the last value of a name counts, and local entries are apart", async (t) => {
  core.call("kept_file_start");
  put(core, { SIG: "1", GROUP: "2" }, Source.Script);
  put(core, { IPADD: "10.0.0.1", SIG: "2" }, Source.CommandLine);
  put(core, { SIG: "0" }, Source.Settings);
  core.call("kept_file_end", 1);
  is(t, "CommandLine SIG=2 | CommandLine IPADD=10.0.0.1 | Stored GROUP=2 | Stored SIG=0", "one of each side, local entries first");
  put(core, { SIG: "1" }, Source.Craft);
  is(t, "Craft SIG=1 | CommandLine IPADD=10.0.0.1 | Stored GROUP=2 | Stored SIG=0", "a later local entry replaces an earlier one");
  put(core, { SIG: "1" }, Source.CommandLine);
  is(t, "Craft SIG=1 | CommandLine IPADD=10.0.0.1 | Stored GROUP=2 | Stored SIG=0", "the same value again changes nothing");
});

t.test("a value that finds no room spoils its file's set, and nothing else", async (t) => {
  put(core, { IPADD: "10.0.0.1" }, Source.CommandLine);
  settingsFile(core, { SIG: "2" });
  const many = Object.fromEntries(Array.from({ length: 48 }, (_, index) => [`NAME${index}`, "v".repeat(255)]));
  settingsFile(core, many);
  is(t, "CommandLine IPADD=10.0.0.1 | Stored SIG=2", "the set before it stays");
  core.call("kept_file_start");
  put(core, many, Source.Settings);
  core.call("kept_carry", core.give(Buffer.from("SIG")), 3);
  core.call("kept_file_end", 1);
  is(t, "CommandLine IPADD=10.0.0.1 | Stored SIG=2", "and nothing of it went over");
  t.equal(core.call("kept_is_full"), 1, "and it can be said");
  settingsFile(core, { SIG: "1" });
  is(t, "CommandLine IPADD=10.0.0.1 | Stored SIG=1", "the next one is taken");
  t.equal(core.call("kept_is_full"), 0);
});

t.test("a local entry is forgotten, a file's value stays", async (t) => {
  const forget = (name: string): number => core.call("kept_forget", core.give(Buffer.from(name, "latin1")), name.length);
  settingsFile(core, { AUTH: "1", GROUP: "2" });
  put(core, { SIG: "1", GROUP: "7" }, Source.Craft);
  for (const name of ["GROUP", "IPADD", "SI"]) forget(name);
  is(t, "Craft SIG=1 | Stored AUTH=1 | Stored GROUP=2", "of that name alone");
});
