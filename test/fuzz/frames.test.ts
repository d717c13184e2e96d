// Goal: no frame traps the core, makes the stack throw, or makes either of them grow: random ones, and mutants of good ones.
// Method: good frames are those of a whole start-up with DHCP on two VLANs, LLDP and an update. Their mutants go to the core's parsers,
// to whole telephones that a hostile server and switch answer, and to the telephone's stack. OFFHOOK_FRAMES is how many in all.

import process from "node:process";
import t from "tap";
import { DhcpMessage } from "../../hal/events.js";
import { Status } from "../../hal/abi.js";
import { Board } from "../../host/board.js";
import { addressOf } from "../../host/network/address.js";
import type { Datagram, Network } from "../../host/network/network.js";
import { EtherType, parseFrame } from "../../host/network/stack/ethernet.js";
import { Stack } from "../../host/network/stack/stack.js";
import { CONNECTION_COUNT_MAX } from "../../host/network/stack/tcp-table.js";
import { Random } from "../../host/random.js";
import { core } from "../support/core.js";
import { loadHarness } from "../support/harness.js";
import { telephone, trunk, vlan } from "../support/lans.js";
import { mutate } from "../support/mutate.js";
import { random } from "../support/random.js";
import { reseal } from "../support/reseal.js";
import { IDENTITY, play, SMALL_PART, software } from "../support/scenario.js";
import { NorFlash } from "../../host/peripherals/nor-flash.js";

const FRAME_COUNT = Number(process.env["OFFHOOK_FRAMES"] ?? 60_000);
const SEED = Number(process.env["OFFHOOK_SEED"] ?? 1);
/** What a whole telephone does with a frame costs most. */
const TELEPHONE_COUNT = Math.floor(FRAME_COUNT / 10);
const PARSER_COUNT = Math.floor((FRAME_COUNT * 5) / 10);
const STACK_COUNT = FRAME_COUNT - PARSER_COUNT - TELEPHONE_COUNT;
const FRAME_BYTES_MAX = 1600;
const DHCP_AT = 42;
const chance = random(SEED);
const TOKENS = [
  "\xf2\xff", "\x34\x01\x03", "\x35\x01\x05", "\x33\x04\0\0\0\x05", "\x33\x04\xff\xff\xff\xff", "\xfe\x02", "\x02\x04",
    "\xfe\x04\0\x80\xc2\x03",
  "\xfe\x08\0\x12\xbb\x02\x01", "L2QVLAN=", "HTTPSRVR=", "L2Q=1,", ",", "=", '"', "\0", "A".repeat(300),
];

/** Everything that the telephone received in one good start-up. */
function corpus(): Uint8Array[] {
  const frames: Uint8Array[] = [];
  const played = play({
    ...telephone, name: "corpus", identity: { presets: ["LLDP_ENABLED=1"] },
    lan: trunk("L2Q=1,L2QVLAN=232", [vlan(232, { domain: "example.com", option242: "HTTPSRVR=10.0.232.2,10.0.232.9,SIG=2,PROCSTAT=0" })], {
      lldp: {
        intervalSeconds: 1, vlanNames: [{ vlan: 232, name: "voice" }], policy: { vlan: 232, tagged: true }, sends: "med-after-hearing",
        avaya: { callServers: ["10.0.232.3"], fileServers: ["10.0.232.2"], framing: 1 },
      },
    }),
    files: { "96xxupgrade.txt": "SET APPNAME app2.bin\nGET 46xxsettings.txt\n", "46xxsettings.txt": "SET L2QVLAN 232\n",
      "app2.bin": software("app2.bin", { bytes: 3000 }).bytes },
    onFrame: (direction, frame) => direction === "in" && frames.push(frame),
  });
  if (played.end.appname !== "app2.bin") throw new Error(`the good start-up ended with ${played.end.code}`);
  return frames;
}

const GOOD = corpus();
const isDhcp = (frame: Uint8Array): boolean => {
  const parsed = parseFrame(frame);
  return parsed?.type === EtherType.Ipv4 && parsed.payload[9] === 17 && parsed.payload[23] === 68;
};
const DHCP = GOOD.filter(isDhcp).map((frame) => parseFrame(frame)!.payload.slice(DHCP_AT - 14));
const LLDP = GOOD.filter((frame) => parseFrame(frame)?.type === EtherType.Lldp);

function noise(): Uint8Array {
  return Uint8Array.from({ length: chance(FRAME_BYTES_MAX) }, () => chance(256));
}

/** One in twenty is noise, the others are mutants. */
function hostile(good: readonly Uint8Array[]): Uint8Array {
  return chance(20) === 0 ? noise() : mutate(good[chance(good.length)]!, chance, TOKENS).slice(0, FRAME_BYTES_MAX);
}

/** What stands behind a frame in memory, twice differently: a parser that reads it gives two answers. */
const BEHIND = [new Uint8Array(300), new Uint8Array(300).fill(0xf2)];

t.test(`${PARSER_COUNT} frames at the parsers, seed ${SEED}`, (t) => {
  const machine = loadHarness("http", () => ({}));
  const input = machine.call("input_ptr");
  const macPtr = input + 0x10000;
  let [read, found, tlvs] = [0, 0, 0];
  const lldp = (bytes: Uint8Array): number[] => {
    const parts = [machine.call("lldp_read", input, bytes.length)];
    if (parts[0] !== 1) return parts;
    for (read++; machine.call("lldp_next") === 1; tlvs++) {
      const end = machine.call("lldp_ptr") + machine.call("lldp_bytes");
      parts.push(machine.call("lldp_type"), end, machine.call("lldp_organisation"));
      if (end > input + bytes.length) throw new Error(`a TLV ends ${end - input - bytes.length} bytes behind the frame`);
    }
    return parts;
  };
  const dhcp = (bytes: Uint8Array): number[] => {
    const xid = bytes.length < 8 ? 0 : Buffer.from(bytes).readUInt32BE(4);
    machine.write(macPtr, bytes.subarray(28, 34));
    const parts = [machine.call("dhcp_read", input, bytes.length, xid | 0, macPtr)];
    if (parts[0] !== 1) return parts;
    read++;
    for (const option of [1, 3, 6, 15, 51, 53, 54, 242]) {
      found += machine.call("dhcp_find", option);
      parts.push(option, ...machine.read(machine.call("dhcp_value_ptr"), machine.call("dhcp_value_bytes")));
    }
    return parts;
  };
  for (let count = 0; count < PARSER_COUNT; count++) {
    const isLldp = count % 2 === 0;
    const bytes = hostile(isLldp ? LLDP : DHCP);
    try {
      const [one, other] = BEHIND.map((behind) => {
        machine.write(input, bytes);
        machine.write(input + bytes.length, behind);
        return (isLldp ? lldp : dhcp)(bytes).join();
      });
      if (one !== other) throw new Error("the answer depends on what stands behind the frame");
    } catch (error) {
      throw new Error(`frame ${count} of seed ${SEED}: ${Buffer.from(bytes).toString("hex")}`, { cause: error });
    }
  }
  t.ok(read > PARSER_COUNT / 2 && found > PARSER_COUNT && tlvs > PARSER_COUNT, `${read} were read, ${found} options, ${tlvs} TLVs`);
  t.equal(machine.memory.buffer.byteLength, 16 * 65536, "memory does not grow");
  t.end();
});

/** A network whose DHCP server and switch say anything; there is nobody else. */
class HostileNetwork implements Network {
  readonly outstanding = false;
  frameCount = 0;
  #asked: Uint8Array | undefined;
  #budget = 0;

  /** So many frames wait now. */
  refill(frames: number): void {
    this.#budget = frames;
  }

  udpSend(_handle: number, _address: number, _port: number, data: Uint8Array): number {
    this.#asked = data.slice();
    return data.length;
  }

  udpReceive(): Datagram | null {
    if (this.#budget === 0 || this.#asked === undefined) return null;
    this.#budget -= 1;
    this.frameCount += 1;
    const data = hostile(DHCP);
    // For this telephone, mostly: its transaction and hardware address, an answer, and of the kind that it waits for.
    if (data.length > 240 && chance(10) > 0) {
      data.set([2, 1, 6], 0);
      data.set(this.#asked.subarray(4, 8), 4);
      data.set(this.#asked.subarray(28, 34), 28);
      data.set([0x63, 0x82, 0x53, 0x63], 236);
      if (data[240] === 53) data[242] = chance(4) > 0 ? (this.#asked[242] === DhcpMessage.Discover ? DhcpMessage.Offer : DhcpMessage.Ack)
        : chance(9);
    }
    return { data, address: addressOf("10.0.8.1"), port: 67 };
  }

  frameReceive(target: Uint8Array): number {
    if (this.#budget === 0) return 0;
    this.#budget -= 1;
    this.frameCount += 1;
    const frame = hostile(LLDP);
    if (frame.length > target.length) return 0;
    target.set(frame);
    return frame.length;
  }

  configure = (): number => Status.Ok;
  dnsResolve = (): number => Status.NoName;
  udpOpen = (): number => 1;
  tcpOpen = (): number => 2;
  tcpState = () => ({ status: Status.Refused, reason: "nobody" });
  tcpSend = (): number => 0;
  tcpReceive = (): number => Status.Reset;
  close = (): number => Status.Ok;
  arpProbe = (): number => (chance(8) === 0 ? Status.Pending : chance(8) === 0 ? 1 : 0);
  portConfigure = (): number => Status.Ok;
  frameSend = (frame: Uint8Array): number => frame.length;
  reset(): void {
    this.#asked = undefined;
  }
}

/** Frames that one telephone has to bear before the next one is switched on. */
const FRAMES_PER_TELEPHONE = 500;
const POLLS_MAX = 20_000;

t.test(`${TELEPHONE_COUNT} frames at whole telephones, seed ${SEED}`, (t) => {
  const states = new Map<string, number>();
  let [frames, resets, vlans] = [0, 0, 0];
  for (let telephone = 1; frames < TELEPHONE_COUNT; telephone++) {
    const network = new HostileNetwork();
    const board = new Board({
      core, seed: SEED + telephone, identity: { ...IDENTITY, presets: ["LLDP_ENABLED=1"] }, network: () => network, negotiationUs: 1000,
      flash: (clock) => new NorFlash({ part: { ...SMALL_PART, totalBytes: 0x40000 }, clock, timing: "typical" }), stagingBytes: 0x20000,
    });
    board.log.listen((event) => {
      if (event.event === "state") states.set(event.state, (states.get(event.state) ?? 0) + 1);
      if (event.event === "reset") resets += 1;
      if (event.event === "vlan" && event.changed === true) vlans += 1;
    });
    board.powerOn();
    for (let polls = 0; network.frameCount < FRAMES_PER_TELEPHONE; polls++) {
      network.refill(4);
      board.advance(Math.max(board.scheduler.nowUs, board.nextUs() ?? 0));
      const { panic } = board.system;
      if (panic !== undefined) return void t.fail(`telephone ${telephone}: ${panic.file}:${panic.line}`);
      if (board.binding.faulty !== undefined) return void t.fail(`telephone ${telephone}: a range outside memory: ${board.binding.faulty}`);
      if (polls > POLLS_MAX) return void t.fail(`telephone ${telephone} takes no more frames after ${network.frameCount}`);
    }
    if (board.log.droppedCount > 0) return void t.fail(`telephone ${telephone}: ${board.log.droppedCount} malformed event records`);
    frames += network.frameCount;
  }
  t.comment(`${resets} resets, ${vlans} VLAN changes; ${[...states].map(([state, count]) => `${state} ${count}`).join(", ")}`);
  for (const state of ["dhcp", "conflict", "router", "file-server", "restart"]) t.ok((states.get(state) ?? 0) > 5, `${state} was reached`);
  t.ok(vlans > 5, "VLANs changed");
  t.end();
});

t.test(`${STACK_COUNT} frames at the telephone's stack, seed ${SEED}`, (t) => {
  const stack = new Stack({ mac: 0x00040d123456, random: new Random(SEED) });
  let sent = 0;
  stack.onFrame(() => void sent++);
  stack.onRaw(EtherType.Lldp, () => undefined);
  stack.setTag(true, { vid: 232, pcp: 6 });
  stack.configure({ address: addressOf("10.0.232.50"), mask: addressOf("255.255.255.0"), routers: [addressOf("10.0.232.1")], mtu: 1500 });
  stack.udp.open(68, { receive: () => undefined });
  let nowUs = 0;
  let connectionMax = 0;
  for (let count = 0; count < STACK_COUNT; count++) {
    const frame = hostile(GOOD);
    if (chance(2) === 0) reseal(frame);
    try {
      if (count % 500 === 0) stack.connect({ address: addressOf("10.0.232.2"), port: 80 });
      stack.receiveFrame(frame);
      stack.poll((nowUs += chance(20_000)));
    } catch (error) {
      throw new Error(`frame ${count} of seed ${SEED}: ${Buffer.from(frame).toString("hex")}`, { cause: error });
    }
    connectionMax = Math.max(connectionMax, stack.tcp.count);
  }
  t.ok(sent > 0 && connectionMax > 0 && connectionMax <= CONNECTION_COUNT_MAX, `${connectionMax} connections, ${sent} frames sent`);
  t.ok(stack.neighbourCount <= 64 + 16, `${stack.neighbourCount} neighbours`);
  t.ok(stack.tally.entries().length < 40, "reasons are words of the program");
  t.end();
});
