// Goal: the telephone's own switch keeps startup.md 3.1: VLANSEP, PHY2VLAN, PHY2PRIO, who hears what, LLDP not at the PC.
// Method: plain links for line, PC and telephone; every rule with a frame that passes and one that does not.

import t from "tap";
import { Status } from "../../hal/abi.js";
import { PORT_LINE, PORT_PC, TelephoneBridge } from "../../host/peripherals/telephone-bridge.js";
import { frameOf, GROUP, PlainLink } from "../support/plain-link.js";

const [PHONE, PC, SERVER] = [0x00040d000001, 0x020000000002, 0x020000000003];
const LLDP = 0x0180c200000e;
const PHY_AUTO = 1;

function bench() {
  const line = new PlainLink();
  const state = { up: true };
  const bridge = new TelephoneBridge({ clock: { nowUs: 0 }, mac: PHONE, line, lineUp: () => state.up });
  const [telephone, pc] = [new PlainLink(), new PlainLink()];
  bridge.telephone.onReceive((frame) => telephone.send(frame));
  bridge.pc.onReceive((frame) => pc.send(frame));
  /** Sends a frame in somewhere and says what left where. */
  const send = (from: "line" | "pc" | "telephone", frame: Uint8Array): Record<string, string[]> => {
    if (from === "line") line.arrive(frame);
    else bridge[from].send(frame);
    const left = Object.entries({ line, pc, telephone }).map(([name, link]): [string, string[]] => [name, link.tags()]);
    return Object.fromEntries(left.filter(([, tags]) => tags.length > 0));
  };
  return { bridge, send, state };
}

t.test("without tagging the two ports are one network", (t) => {
  const { send } = bench();
  t.same(send("line", frameOf(GROUP, SERVER)), { pc: ["-"], telephone: ["-"] });
  t.same(send("line", frameOf(PHONE, SERVER)), { telephone: ["-"] });
  t.same(send("line", frameOf(PC, SERVER, [77, 0])), { pc: ["77/0"] });
  t.same(send("pc", frameOf(SERVER, PC, [77, 3])), { line: ["77/3"] });
  t.same(send("pc", frameOf(PHONE, PC)), { telephone: ["-"] });
  t.same(send("telephone", frameOf(PC, PHONE)), { pc: ["-"] }, "the PC was heard behind its port");
  t.same(send("telephone", frameOf(SERVER, PHONE)), { line: ["-"] });
  t.same(send("telephone", frameOf(GROUP, PHONE)), { line: ["-"], pc: ["-"] });
  t.end();
});

t.test("separation: the telephone hears its VLAN, priority tags and untagged frames", (t) => {
  const { bridge, send } = bench();
  t.equal(bridge.configure(PORT_LINE, PHY_AUTO, 1, 232 | (6 << 12)), Status.Ok);
  t.same(send("line", frameOf(PHONE, SERVER, [232, 0])), { telephone: ["232/0"] });
  t.same(send("line", frameOf(PHONE, SERVER, [0, 5])), { telephone: ["0/5"] });
  t.same(send("line", frameOf(PHONE, SERVER)), { telephone: ["-"] });
  t.same(send("line", frameOf(PHONE, SERVER, [77, 0])), {});
  t.same(send("line", frameOf(GROUP, SERVER, [77, 0])), { pc: ["77/0"] }, "PHY2VLAN 0: the PC port takes every VLAN");
  t.same(send("pc", frameOf(SERVER, PC, [77, 3])), { line: ["77/3"] }, "and nothing is rewritten");
  t.same(send("pc", frameOf(PHONE, PC, [77, 3])), {}, "also from the PC");
  t.equal(bridge.tally.get("not the telephone's vlan"), 3);
  t.end();
});

t.test("PHY2VLAN and PHY2PRIO: only its frames for the PC, and the PC's tags are rewritten", (t) => {
  const { bridge, send } = bench();
  bridge.configure(PORT_LINE, PHY_AUTO, 1, 232 | (6 << 12));
  t.equal(bridge.configure(PORT_PC, PHY_AUTO, 1, 10 | (2 << 12)), Status.Ok);
  t.same(send("line", frameOf(GROUP, SERVER, [10, 7])), { pc: ["10/7"] });
  t.same(send("line", frameOf(GROUP, SERVER, [232, 7])), { telephone: ["232/7"] });
  t.same(send("line", frameOf(PC, SERVER, [11, 7])), {});
  t.same(send("line", frameOf(PC, SERVER, [0, 7])), { pc: ["0/7"] });
  t.same(send("line", frameOf(PC, SERVER)), { pc: ["-"] });
  t.same(send("pc", frameOf(SERVER, PC, [232, 7])), { line: ["10/2"] }, "a PC cannot reach the voice VLAN");
  t.same(send("pc", frameOf(SERVER, PC, [0, 7])), { line: ["10/2"] });
  t.same(send("pc", frameOf(SERVER, PC)), { line: ["-"] });
  t.equal(bridge.tally.get("not the pc's vlan"), 2);
  t.end();
});

t.test("separation needs VLANSEP and a telephone that tags with a VLAN", (t) => {
  const settings: [string, number, number, number][] = [
    ["VLANSEP 0", 1, 232, 0], ["tagging off", 0, 232, 1], ["priority tagging", 1, 0, 1],
  ];
  for (const [name, tagging, vid, separation] of settings) {
    const { bridge, send } = bench();
    bridge.configure(PORT_LINE, PHY_AUTO, tagging, vid);
    bridge.configure(PORT_PC, PHY_AUTO, separation, 10 | (2 << 12));
    t.same(send("line", frameOf(GROUP, SERVER, [77, 1])), { pc: ["77/1"], telephone: ["77/1"] }, name);
    t.same(send("pc", frameOf(SERVER, PC, [77, 1])), { line: ["77/1"] }, name);
  }
  t.end();
});

t.test("LLDP passes between line and telephone and never to or from the PC", (t) => {
  const { send } = bench();
  t.same(send("line", frameOf(LLDP, SERVER)), { telephone: ["-"] });
  t.same(send("telephone", frameOf(LLDP, PHONE)), { line: ["-"] });
  t.same(send("pc", frameOf(LLDP, PC)), {});
  t.end();
});

t.test("a PC port that is off (PHY2STAT 0), a line that is down, a reset", (t) => {
  const { bridge, send, state } = bench();
  bridge.configure(PORT_LINE, PHY_AUTO, 1, 232);
  bridge.configure(PORT_PC, 0, 1, 10);
  t.same(send("line", frameOf(GROUP, SERVER, [232, 0])), { telephone: ["232/0"] });
  t.same(send("pc", frameOf(GROUP, PC)), {});
  bridge.reset();
  t.same(send("line", frameOf(GROUP, SERVER, [77, 0])), { pc: ["77/0"], telephone: ["77/0"] });
  state.up = false;
  t.same(send("line", frameOf(GROUP, SERVER)), {});
  t.same(send("telephone", frameOf(SERVER, PHONE)), {});
  t.same(send("pc", frameOf(GROUP, PC)), { telephone: ["-"] }, "PC and telephone still hear each other");
  t.end();
});

t.test("settings out of range change nothing", (t) => {
  const { bridge, send } = bench();
  const wrong: [number, number, number, number][] = [
    [2, 1, 0, 0], [-1, 1, 0, 0], [PORT_LINE, 0, 0, 0], [PORT_LINE, 7, 0, 0], [PORT_PC, -1, 0, 0], [PORT_LINE, 1, 2, 0],
    [PORT_LINE, 1, 1, 4095], [PORT_LINE, 1, 1, -1], [PORT_LINE, 1, 1, 0x8000],
  ];
  for (const [port, phy, tagging, tag] of wrong) {
    t.equal(bridge.configure(port, phy, tagging, tag), Status.Invalid, `${port} ${phy} ${tagging} ${tag}`);
  }
  t.same(send("line", frameOf(GROUP, SERVER, [77, 0])), { pc: ["77/0"], telephone: ["77/0"] });
  t.end();
});
