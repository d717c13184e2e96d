// Goal: real scripts do on this telephone what their authors meant.
// Method: the public scripts of ../shared/samples/settings, read in place; skipped where they are absent.

import { existsSync, readFileSync } from "node:fs";
import t from "tap";
import { ScriptMachine } from "../../support/script-machine.js";

const FOLDER = "../shared/samples/settings";
const skip = existsSync(FOLDER) ? false : `${FOLDER} is not here`;
const read = (name: string): Buffer => readFileSync(`${FOLDER}/${name}`);

const BOOT_FILE = "hb96xxua3_00.bin";
const APPLICATION = "SIP96xx_2_6_17_0.bin";
const APPLICATION_EOMS = "SIP96xx_2_6_12_1.bin"; // For the first 9620 and 9630.

// Model, boot image in use, and what the script makes of APPNAME.
const ROWS = [
  ["9620D01A", "hb96xxua2_00.bin", BOOT_FILE], ["9620D01A", BOOT_FILE, APPLICATION_EOMS],
  ["9630D01A", "hb96xxua2_00.bin", BOOT_FILE], ["9630D01A", BOOT_FILE, APPLICATION_EOMS],
  ["9640D01A", "hb96xxua2_00.bin", BOOT_FILE], ["9640D01A", BOOT_FILE, APPLICATION],
  ["9650D01A", "hb96xxua2_00.bin", BOOT_FILE], ["9650D01A", BOOT_FILE, APPLICATION],
  ["9640D01A", "", BOOT_FILE], ["9640D01A", "hb96xxua3_00_SHA256.bin", APPLICATION],
  ["9610D01A", "hb96xxua2_00.bin", ""], ["1234D01A", "hb96xxua2_00.bin", ""],
] as const;

for (const [model, boot, appname] of ROWS) {
  t.test(`96xxupgrade.txt, ${model} with ${boot || "no boot image"}`, { skip }, (t) => {
    const machine = new ScriptMachine({ model });
    t.equal(machine.run(read("96xxupgrade.txt"), {}, { boot }), "end-of-file");
    t.equal(machine.value("APPNAME"), appname);
    const gets = machine.lines().filter((line) => line.includes(" get "));
    const known = model !== "1234D01A"; // An unknown model goes to the end, past the GET.
    t.same(gets, known ? ["108 get 46xxsettings.txt [file-not-obtained] | GET 46xxsettings.txt"] : []);
    t.end();
  });
}

t.test("96x1Supgrade.txt leads to the settings, and those to the telephone's own file", { skip }, (t) => {
  const machine = new ScriptMachine();
  const settings = read("46xxsettings-9641.txt");
  t.equal(machine.run(read("96x1Supgrade.txt"), { "46xxsettings.txt": settings }), "end-of-file");
  const expected = { L2Q: "1", L2QVLAN: "70", VLANTEST: "0", SIPDOMAIN: "pbx.zadarma.com", SIPSIGNAL: "0", SIG: "2", REGISTERWAIT: "120" };
  for (const [name, value] of Object.entries(expected)) t.equal(machine.value(name), value, name);
  t.equal(machine.source("SIG"), "settings");
  t.match(machine.lines().at(-2), /get 00040dabcdef\.txt \[file-not-obtained\]/);
  const ignored = machine.lines().filter((line) => line.includes(" ignored "));
  t.ok(ignored.every((line) => line.includes("[unknown-parameter]")), "only names that this telephone does not know");
  t.end();
});

t.test("J100Supgrade.txt leads to the settings file of a proxy", { skip }, (t) => {
  const machine = new ScriptMachine({ model: "J169D02A" });
  t.equal(machine.run(read("J100Supgrade.txt"), { "46xxsettings.txt": read("46xxsettings-proxy.txt") }), "end-of-file");
  t.equal(machine.value("HTTPDIR"), "J100");
  t.equal(machine.source("HTTPDIR"), "script");
  t.equal(machine.value("SIP_CONTROLLER_LIST"), "YOUR_PROXY_IP:YOUR_PROXY_PORT;transport=tcp");
  t.end();
});

t.test("every sample gives the same events in pieces", { skip }, (t) => {
  for (const name of ["96xxupgrade.txt", "96x1Supgrade.txt", "J100Supgrade.txt", "46xxsettings-9641.txt", "46xxsettings-proxy.txt"]) {
    const whole = new ScriptMachine();
    whole.run(read(name));
    for (const bytes of [1, 7, 509]) {
      const cut = new ScriptMachine();
      cut.run(read(name), {}, { pieces: () => bytes });
      t.same(cut.lines(), whole.lines(), `${name} in pieces of ${bytes}`);
    }
  }
  t.end();
});
