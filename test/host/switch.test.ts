// Goal: the switch keeps IEEE 802.1Q: membership, tags, priorities, learning, reserved addresses, and its bounds.
// Method: plain links on its ports; frames in, and what left each port with which tag; the clock is a number of the test.

import t from "tap";
import { Switch, type SwitchPort, type SwitchPortOptions } from "../../host/network/switch.js";
import { STATION_COUNT_MAX } from "../../host/network/station-table.js";
import { frameOf, GROUP, PlainLink } from "../support/plain-link.js";

const [A, B, C] = [0x020000000001, 0x020000000002, 0x020000000003];
const LLDP = 0x0180c200000e;

class Bench {
  readonly clock = { nowUs: 0 };
  readonly switch: Switch;
  readonly links: PlainLink[] = [];
  readonly ports: SwitchPort[] = [];

  constructor(ports: readonly Omit<SwitchPortOptions, "name">[], stationCountMax?: number) {
    this.switch = new Switch({ clock: this.clock, ...(stationCountMax === undefined ? {} : { stationCountMax }) });
    ports.forEach((options, index) => {
      const link = new PlainLink();
      this.links.push(link);
      this.ports.push(this.switch.addPort({ ...options, name: `port ${index}` }, link));
    });
  }

  /** Sends a frame into a port and returns what left each of them. */
  send(port: number, frame: Uint8Array): string[][] {
    this.links[port]!.arrive(frame);
    return this.links.map((link) => link.tags());
  }
}

const ACCESS = { vlan: 1 };
const VOICE = { vlan: 1, tagged: [232] };
const TRUNK = { vlan: 99, tagged: [1, 232, 233] };

t.test("an access port carries its VLAN and nothing else", (t) => {
  const bench = new Bench([ACCESS, ACCESS, { vlan: 232 }]);
  t.same(bench.send(0, frameOf(GROUP, A)), [[], ["-"], []], "untagged: to its own VLAN");
  t.same(bench.send(0, frameOf(GROUP, A, [1, 5])), [[], ["-"], []], "tagged with the port VLAN");
  t.same(bench.send(0, frameOf(GROUP, A, [232, 5])), [[], [], []], "another VLAN is dropped");
  t.equal(bench.switch.tally.get("vlan not on port"), 1);
  t.end();
});

t.test("a voice VLAN is tagged beside the untagged one", (t) => {
  const bench = new Bench([VOICE, ACCESS, { vlan: 232 }, VOICE]);
  t.same(bench.send(0, frameOf(GROUP, A)), [[], ["-"], [], ["-"]]);
  t.same(bench.send(0, frameOf(GROUP, A, [232, 6])), [[], [], ["-"], ["232/6"]]);
  t.same(bench.send(2, frameOf(GROUP, C)), [["232/0"], [], [], ["232/0"]], "the tag is added on the way out");
  t.end();
});

t.test("a trunk carries what it is allowed to, its native VLAN untagged", (t) => {
  const bench = new Bench([TRUNK, ACCESS, { vlan: 233 }, { vlan: 99 }, TRUNK]);
  t.same(bench.send(0, frameOf(GROUP, A, [1, 3])), [[], ["-"], [], [], ["1/3"]]);
  t.same(bench.send(0, frameOf(GROUP, A, [233, 0])), [[], [], ["-"], [], ["233/0"]]);
  t.same(bench.send(0, frameOf(GROUP, A)), [[], [], [], ["-"], ["-"]]);
  t.same(bench.send(0, frameOf(GROUP, A, [234, 0])), [[], [], [], [], []]);
  t.end();
});

t.test("VID 0: the port VLAN is applied and the priority kept (startup.md 3.1)", (t) => {
  const bench = new Bench([ACCESS, ACCESS, TRUNK, { vlan: 232 }]);
  t.same(bench.send(0, frameOf(GROUP, A, [0, 6])), [[], ["-"], ["1/6"], []]);
  t.end();
});

t.test("a frame goes where its target was heard, per VLAN", (t) => {
  const bench = new Bench([ACCESS, ACCESS, ACCESS, { vlan: 232 }, { vlan: 232 }]);
  bench.send(1, frameOf(GROUP, B));
  t.same(bench.send(0, frameOf(B, A)), [[], ["-"], [], [], []]);
  t.same(bench.send(3, frameOf(B, C)), [[], [], [], [], ["-"]], "on the other VLAN nobody has heard of it: flooded");
  t.same(bench.send(1, frameOf(B, C)), [[], [], [], [], []], "the target is behind the port that the frame came from");
  bench.send(2, frameOf(GROUP, B));
  t.same(bench.send(0, frameOf(B, A)), [[], [], ["-"], [], []], "it moved");
  const voice = new Bench([{ vlan: 232 }, { vlan: 232 }, { vlan: 232 }]);
  voice.send(1, frameOf(GROUP, B));
  t.same(voice.send(0, frameOf(B, A)), [[], ["-"], []], "learnt in its own VLAN");
  t.end();
});

t.test("a station that is silent for five minutes is forgotten", (t) => {
  const bench = new Bench([ACCESS, ACCESS, ACCESS]);
  bench.send(1, frameOf(GROUP, B));
  bench.clock.nowUs = 300_000_000;
  t.same(bench.send(0, frameOf(B, A)), [[], ["-"], []]);
  bench.clock.nowUs = 300_000_001;
  t.same(bench.send(0, frameOf(B, A)), [[], ["-"], ["-"]]);
  t.end();
});

t.test("a flood of addresses neither grows the table nor pushes out who is there", (t) => {
  const bench = new Bench([ACCESS, ACCESS, ACCESS]);
  bench.send(1, frameOf(GROUP, B));
  for (let count = 0; count < 2 * STATION_COUNT_MAX; count++) bench.send(0, frameOf(GROUP, 0x020100000000 + count));
  t.equal(bench.switch.stationCount, STATION_COUNT_MAX);
  t.same(bench.send(0, frameOf(B, A)), [[], ["-"], []]);
  bench.clock.nowUs = 400_000_000;
  bench.send(2, frameOf(GROUP, C));
  t.same(bench.send(0, frameOf(C, A)), [[], [], ["-"]], "once the old ones are stale, new ones are learnt");
  t.equal(bench.switch.stationCount, STATION_COUNT_MAX);
  t.end();
});

t.test("a full table gives up the station that was silent longest", (t) => {
  const bench = new Bench([ACCESS, ACCESS, ACCESS], 2);
  bench.send(0, frameOf(GROUP, A));
  bench.clock.nowUs = 1;
  bench.send(1, frameOf(GROUP, B));
  bench.clock.nowUs = 200_000_000;
  bench.send(0, frameOf(GROUP, A));
  bench.clock.nowUs = 300_000_002;
  t.same(bench.send(2, frameOf(A, C)), [["-"], [], []], "A was heard again in between and is known");
  t.same(bench.send(0, frameOf(C, A)), [[], [], ["-"]], "the newcomer has B's place");
  t.end();
});

t.test("01:80:c2:00:00:0x goes to the port's own control side and no further", (t) => {
  const bench = new Bench([VOICE, VOICE]);
  const heard: number[] = [];
  bench.ports.forEach((port, index) => port.control.onReceive(() => heard.push(index)));
  for (const last of [0, 3, 0x0e, 0x0f]) t.same(bench.send(0, frameOf(0x0180c2000000 + last, A)), [[], []]);
  t.same(heard, [0, 0, 0, 0]);
  t.same(bench.send(0, frameOf(0x0180c2000010, A)), [[], ["-"]], "the next address is an ordinary group");
  bench.ports[1]!.control.send(frameOf(LLDP, B));
  t.same(bench.links.map((link) => link.tags()), [[], ["-"]], "and out of one port only");
  t.end();
});

t.test("a port that is down carries nothing and is forgotten", (t) => {
  const bench = new Bench([ACCESS, ACCESS, ACCESS]);
  bench.send(1, frameOf(GROUP, B));
  bench.ports[1]!.setLink(false);
  t.same(bench.send(1, frameOf(GROUP, B)), [[], [], []]);
  t.same(bench.send(0, frameOf(B, A)), [[], [], ["-"]], "flooded, and not into the dead port");
  bench.ports[1]!.setLink(true);
  t.same(bench.send(0, frameOf(B, A)), [[], ["-"], ["-"]]);
  t.end();
});

t.test("what is no frame is dropped and counted", (t) => {
  const bench = new Bench([ACCESS, ACCESS]);
  const good = frameOf(GROUP, A);
  const bad = [good.subarray(0, 13), new Uint8Array(1519), frameOf(GROUP, GROUP), new Uint8Array(0)];
  for (const frame of bad) t.same(bench.send(0, frame), [[], []]);
  t.equal(bench.switch.tally.get("malformed"), bad.length);
  t.throws(() => new Bench([{ vlan: 0 }]), /0 is no VLAN/);
  t.throws(() => new Bench([{ vlan: 1, tagged: [4095] }]), /4095 is no VLAN/);
  t.end();
});
