// Goal: `--wire udp:…` speaks with a TAP through socat as the page on networks says, one frame a datagram.
// Method: socat, dnsmasq, nginx and the telephone all run in one namespace; the telephone starts up to login with a script and an
// application of ours from nginx, and tshark reads its capture.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { toPem } from "../../host/image/keys.js";
import { testKey } from "../support/image-craft.js";
import { bootOffhook } from "../support/offhook.js";
import { software } from "../support/scenario.js";
import { skipWithout, startDaemon } from "./support/daemon.js";
import { startDnsmasq } from "./support/dhcp.js";
import { Namespace, skipWithoutKernel } from "./support/namespace.js";
import { agreesWithLog, startNginxIn } from "./support/nginx.js";
import { isClean } from "./support/shark.js";

const DEVICE = "tphone";
const ADDRESS = "10.99.7.1";
/** In the namespace every port is free. */
const [OUR_PORT, SOCAT_PORT] = [5001, 5000];
const app = software("SIP96xxudp.bin", { bytes: 300_000, counter: 1 });
const files = { "96xxupgrade.txt": `SET APPNAME ${app.name}\n`, [app.name]: app.bytes };
const skip = skipWithoutKernel() || skipWithout("socat", "socat") || skipWithout("dnsmasq", "dnsmasq-base") ||
  skipWithout("nginx", "nginx-light") || skipWithout("tshark", "tshark");

t.test("a start-up through socat to a TAP", { skip, timeout: 90_000 }, async (t) => {
  const namespace = Namespace.make(t);
  await startDaemon(t, {
    program: "socat",
    inside: namespace.inside,
    prepare: () => [
      "-d", "-d", "-b", "65536", `UDP4-DATAGRAM:127.0.0.1:${OUR_PORT},bind=127.0.0.1:${SOCAT_PORT}`,
      `TUN,tun-type=tap,iff-no-pi,tun-name=${DEVICE}`,
    ],
    ready: (output) => output.includes("starting data transfer loop"),
  });
  namespace.configure(DEVICE, `${ADDRESS}/24`);
  await startDnsmasq(t, namespace, [{ device: DEVICE, address: ADDRESS, option242: `HTTPSRVR=${ADDRESS}` }]);
  const nginx = await startNginxIn(t, namespace, ADDRESS, files);
  const [key, capture] = ["key.pub.pem", "wire.pcapng"].map((name) => join(namespace.folder, name)) as [string, string];
  writeFileSync(key, toPem("PUBLIC KEY", testKey.spki));
  const args = ["--wire", `udp:${OUR_PORT}:127.0.0.1:${SOCAT_PORT}`, "--pcap", capture, "--trust", key, "--timeout", "60"];
  const ran = await bootOffhook(args, () => undefined, namespace.inside);
  await nginx.stop();
  t.same([ran.end.ok, ran.code, ran.end.state, ran.end.appname], [true, 0, "login", app.name], ran.end.cause);
  t.match(ran.stderr, /^offhook: \S+ is the wire as it was: [^\n]*\n$/, "and nothing else");
  agreesWithLog(t, ran, nginx);
  isClean(t, capture);
});
