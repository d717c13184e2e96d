// Goal: a telephone on the wire starts up from real DHCP servers on two VLANs as a user would have it, and gets its files there.
// Method: `offhook boot --wire exec:… --pcap …` as a child process, joined by our TAP helper to a namespace in which dnsmasq or
// kea serves the untagged VLAN and VLAN 232, one pool each, and nginx serves files on VLAN 232 alone. Option 242 of the first
// sends the telephone to the second. Events, the daemons' logs and tshark's view of the capture must agree.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import t, { type Test } from "tap";
import { Kind } from "../../hal/abi.js";
import { toPem } from "../../host/image/keys.js";
import { testKey } from "../support/image-craft.js";
import { bootOffhook, type Ran } from "../support/offhook.js";
import { software } from "../support/scenario.js";
import { skipWithout } from "./support/daemon.js";
import { startDnsmasq, startKea } from "./support/dhcp.js";
import { Namespace, skipWithoutKernel } from "./support/namespace.js";
import { agreesWithLog, startNginxIn } from "./support/nginx.js";
import { isClean, shark } from "./support/shark.js";
import { addVlans, cable, decisions, lastStates, messages, scopes, VOICE_ADDRESS } from "./support/voice-vlan.js";

const MAC = "00:04:0d:12:34:56";
const SERVERS = [["dnsmasq", startDnsmasq, "dnsmasq-base"], ["kea-dhcp4", startKea, "kea-dhcp4-server"]] as const;
const TO_VOICE = "L2Q=1,L2QVLAN=232,VLANTEST=60";
/** One way onto the voice VLAN: asked, sent on, given back, asked there. */
const ONE_MOVE = ["0 discover", "0 offer", "0 request", "0 ack", "0 release", "232 discover", "232 offer", "232 request", "232 ack"];
const ON_VOICE = ["232 discover", "232 offer", "232 request", "232 ack"];

const boot = software("hb96xxwire.bin", { kind: Kind.Boot, bytes: 200_000, counter: 1 });
const app = software("SIP96xxwire.bin", { bytes: 600_000, counter: 1 });
const files = {
  "96xxupgrade.txt": `IF $BOOTNAME SEQ ${boot.name} GOTO APP\nSET APPNAME ${boot.name}\nGOTO SETTINGS\n# APP\nSET APPNAME ${app.name}\n` +
    "# SETTINGS\nGET 46xxsettings.txt\n",
  "46xxsettings.txt": "SET SIPDOMAIN example.com\n",
  [boot.name]: boot.bytes,
  [app.name]: app.bytes,
};
const skip = (program: string, debianPackage: string): string | false =>
  skipWithoutKernel() || skipWithout(program, debianPackage) || skipWithout("tshark", "tshark");

/** Frames of the telephone's by VLAN and protocol, as tshark names them: which it sent tagged, and which without. */
function sent(capture: string, filter: string): string[] {
  return [...new Set(shark(capture, `eth.src == ${MAC} && (${filter})`, "vlan.id", "vlan.priority"))];
}

function isOnVoice(t: Test, ran: Ran): void {
  t.ok(ran.events.some((event) => event.event === "display" && event.text === "VLAN ID = 232"), "the screen names the VLAN");
  t.ok(ran.events.some((event) => event.event === "reset" && event.reason === "vlan"), "it restarted for it");
}

t.test("from untagged to login on the voice VLAN, two files stored", {
  skip: skip("dnsmasq", "dnsmasq-base") || skip("nginx", "nginx-light"), timeout: 120_000,
}, async (t) => {
  const namespace = Namespace.make(t);
  addVlans(namespace);
  const dnsmasq = await startDnsmasq(t, namespace, scopes(TO_VOICE));
  const nginx = await startNginxIn(t, namespace, VOICE_ADDRESS, files);
  const key = join(namespace.folder, "key.pub.pem");
  writeFileSync(key, toPem("PUBLIC KEY", testKey.spki));
  const capture = join(namespace.folder, "wire.pcapng");
  const ran = await bootOffhook([...cable(namespace, capture), "--trust", key]);
  await nginx.stop();
  t.same([ran.end.ok, ran.code, ran.end.state], [true, 0, "login"], ran.end.cause);
  t.match(ran.stderr, /^ready\noffhook: \S+ is the wire as it was: [^\n]*\n$/, "and nothing else");
  t.same([ran.end.bootname, ran.end.appname], [boot.name, app.name]);
  t.match(ran.end.parameters["L2QVLAN"], { value: "232", source: "stored" });
  t.match(ran.end.parameters["SIPDOMAIN"], { value: "example.com", source: "settings" });
  isOnVoice(t, ran);
  t.same(messages(ran), [...ONE_MOVE, ...ON_VOICE, ...ON_VOICE], "one move, then straight to the voice VLAN after each update");
  agreesWithLog(t, ran, nginx);
  const lines = [
    /DHCPRELEASE\(tdata\) 10\.99\.0\.\d+ 00:04:0d:12:34:56/, /DHCPACK\(tvoice\) 10\.99\.232\.\d+ 00:04:0d:12:34:56 AVA123456/,
    /vendor class: ccp\.avaya\.com/,
  ];
  for (const line of lines) t.match(dnsmasq.output(), line);
  isClean(t, capture);
  t.same(sent(capture, "tcp"), ["232\t6"], "every segment is tagged, with L2QSIG's priority");
  t.same(shark(capture, "dhcp.option.dhcp == 7", "vlan.id"), [""], "the release leaves where the lease was given");
});

for (const [program, start, debianPackage] of SERVERS) {
  t.test(`${program}: two pools, option 242, the release, and nothing again after a renewed start`, {
    skip: skip(program, debianPackage), timeout: 90_000,
  }, async (t) => {
    const namespace = Namespace.make(t);
    addVlans(namespace);
    const daemon = await start(t, namespace, scopes(TO_VOICE));
    const capture = join(namespace.folder, "wire.pcapng");
    const ran = await bootOffhook([...cable(namespace, capture), "--until", "file-server"]);
    t.same([ran.end.ok, ran.code], [true, 0], `${ran.end.cause}\n${daemon.output()}`);
    isOnVoice(t, ran);
    t.same(messages(ran), ONE_MOVE);
    t.match(daemon.output(), /DHCPRELEASE\(tdata\) 10\.99\.0\.1|DHCP4_RELEASE .* 10\.99\.0\.1\d\d was released properly/, "given back");
    t.same(shark(capture, `eth.src == ${MAC} && dhcp && !dhcp.option.type == 61`, "frame.number"), [], "always the same client");
    t.same(decisions(ran), ["stored 0 0", "option242 0 232 *", "stored 232 232", "option242 232 232"]);
    t.same(lastStates(ran), ["power-up", "hardware", "link", "dhcp", "conflict", "router", "file-server"]);
    for (const event of ran.events) if (event.event === "dhcp" && event.message === "ack") t.equal(event.lease, 3600, "the lease's time");
    isClean(t, capture);
  });
}
