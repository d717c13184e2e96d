// Goal: the telephone takes its VLAN from a real switch agent's LLDP-MED policy, and that agent understands what the telephone says.
// Method: `offhook boot --wire exec:…` joined to a namespace where lldpd speaks on the untagged interface and dnsmasq serves both
// VLANs. `lldpcli` tells what lldpd made of the telephone's frames, and tshark reads the capture.

import { join } from "node:path";
import t, { type Test } from "tap";
import { bootOffhook, type Ran } from "../support/offhook.js";
import { skipWithout } from "./support/daemon.js";
import { startDnsmasq } from "./support/dhcp.js";
import { startLldpd } from "./support/lldpd.js";
import { Namespace, skipWithoutKernel } from "./support/namespace.js";
import { isClean, shark } from "./support/shark.js";
import { addVlans, cable, decisions, lastStates, messages, scopes } from "./support/voice-vlan.js";

const MAC = "00:04:0d:12:34:56";
const POLICY = "ports tdata med policy application voice tagged vlan 232 priority voice dscp 46";
const ON_VOICE = ["232 discover", "232 offer", "232 request", "232 ack"];
const skip = skipWithoutKernel() || skipWithout("lldpd", "lldpd") || skipWithout("dnsmasq", "dnsmasq-base") ||
  skipWithout("tshark", "tshark");

interface Booted {
  readonly ran: Ran;
  readonly capture: string;
  /** What lldpd knew at login, a fact a line; it forgets its neighbour when the cable is out. */
  readonly known: readonly string[];
}

/** No file server: the telephone comes to login without one, which is not what is looked at here. */
async function boot(t: Test, settings: readonly string[], ...args: readonly string[]): Promise<Booted> {
  const namespace = Namespace.make(t);
  addVlans(namespace);
  await startDnsmasq(t, namespace, scopes("VLANTEST=60"));
  const lldpd = await startLldpd(t, namespace, "tdata", settings);
  const capture = join(namespace.folder, "wire.pcapng");
  let neighbours = "";
  const ran = await bootOffhook([...cable(namespace, capture), "--lenient", ...args], (event) => {
    if (event.event === "state" && event.state === "login") neighbours = lldpd.neighbours();
  });
  t.same([ran.end.ok, ran.code, ran.end.state], [true, 0, "login"], ran.end.cause);
  isClean(t, capture);
  return { ran, capture, known: neighbours.split("\n").map((line) => line.trim().replace(/: +/, ": ")) };
}

for (const [mode, title, settings] of [
  [1, "the telephone speaks first, and the fast start answers", [POLICY]],
  [2, "the telephone is silent until it has heard the switch", [POLICY, "lldp tx-interval 1"]],
] as const) {
  t.test(`the voice VLAN from lldpd: ${title}`, { skip, timeout: 90_000 }, async (t) => {
    const { ran, capture, known } = await boot(t, settings, "--set", `LLDP_ENABLED=${mode}`);
    t.ok(decisions(ran).includes("lldp 0 232 *"), `LLDP decided: ${decisions(ran)}`);
    t.ok(ran.events.some((event) => event.event === "reset" && event.reason === "vlan"), "it restarted for it");
    t.same(lastStates(ran), ["power-up", "hardware", "link", "dhcp", "conflict", "router", "file-server", "call-server", "scep", "login"]);
    t.same(messages(ran).slice(-4), ON_VOICE);
    for (const [name, value] of [["L2QVLAN", "232"], ["L2Q", "1"], ["L2QAUD", "5"], ["DSCPAUD", "46"]] as const) {
      t.match(ran.end.parameters[name], { value, source: "lldp" }, name);
    }
    const own = `eth.src == ${MAC} && lldp`;
    t.same([...new Set(shark(capture, own, "vlan.id", "eth.dst"))], ["\t01:80:c2:00:00:0e"], "never tagged, to the nearest bridge");
    t.same(shark(capture, `${own} && (_ws.expert.severity >= 0x600000 || lldp.unknown_subtype)`, "_ws.expert.message"), [], "no remark");
    if (mode === 2) t.equal(shark(capture, "lldp", "eth.src")[0] === MAC, false, "it heard before it spoke");
    // Releases are in the capture when the events say so, and only then.
    const releases = messages(ran).filter((message) => message.endsWith("release")).length;
    t.equal(shark(capture, "dhcp.option.dhcp == 7", "frame.number").length, releases, "what the events say was sent, was sent");
    isUnderstood(t, known);
  });
}

/** The neighbour's facts are those of the telephone at login. */
function isUnderstood(t: Test, known: readonly string[]): void {
  const wanted = [
    "SysName: AVA123456", "PortID: mac 00:04:0d:12:34:56", "TTL: 120", "Capability: Bridge, on", "Capability: Tel, off",
    "Device Type: Communication Device Endpoint (Class III)", "Capability: Inventory, yes",
    "LLDP-MED Network Policy for: Voice, Defined: yes", "VLAN: 232", "PCP: 5", "DSCP Value: 46",
    "Hardware Revision: 9640D01A", "Serial Number: 07N540100001", "Manufacturer: Avaya", "Model: 9640",
    "PMD autoneg: supported: yes, enabled: yes", "MAU oper type: 100BaseTXFD - 2 pair category 5 UTP, full duplex mode",
  ];
  t.same(wanted.filter((fact) => !known.includes(fact)), [], known.join("\n"));
  t.ok(known.some((fact) => /^ChassisID: ip 10\.99\.232\.1\d\d$/.test(fact)), "the chassis is the address on the voice VLAN");
  t.ok(known.some((fact) => /^MgmtIP: 10\.99\.232\.1\d\d$/.test(fact)), "and so is the management address");
}
