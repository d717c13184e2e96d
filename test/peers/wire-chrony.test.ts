// Goal: the telephone takes the date from a real time server, and knows one that has none itself.
// Method: `offhook boot --wire exec:…` joined to a namespace with dnsmasq and chronyd; tshark reads question and answer.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import t, { type Test } from "tap";
import { bootOffhook, type Ran } from "../support/offhook.js";
import { skipWithout, startDaemon } from "./support/daemon.js";
import { startDnsmasq } from "./support/dhcp.js";
import { Namespace, skipWithoutKernel } from "./support/namespace.js";
import { isClean, shark } from "./support/shark.js";
import { addVlans, cable, DATA_ADDRESS, scopes } from "./support/voice-vlan.js";

const skip = skipWithoutKernel() || skipWithout("dnsmasq", "dnsmasq-base") || skipWithout("tshark", "tshark") ||
  skipWithout("chronyd", "chrony");
const options = { skip, timeout: 90_000 };
/** Between the time server's clock and this test's, a few seconds of a loaded machine included. */
const SECONDS_MAX = 60;

async function startChrony(t: Test, namespace: Namespace, ...lines: readonly string[]): Promise<void> {
  await startDaemon(t, {
    program: "chronyd",
    inside: namespace.inside,
    prepare: (folder) => {
      const conf = [...lines, "allow all", "cmdport 0", `bindaddress ${DATA_ADDRESS}`, `pidfile ${folder}/pid`, `bindcmdaddress /`, ""];
      writeFileSync(join(folder, "chrony.conf"), conf.join("\n"));
      return ["-x", "-d", "-u", "root", "-f", join(folder, "chrony.conf")];
    },
    ready: () => namespace.run("ss", "-Hlnu", "sport = :123") !== "",
  });
}

/** Nobody listens at MYCERTURL: what is looked at here comes before. */
async function askForTime(t: Test, ...lines: readonly string[]): Promise<{ readonly ran: Ran; readonly capture: string }> {
  const namespace = Namespace.make(t);
  addVlans(namespace);
  await startDnsmasq(t, namespace, scopes(`SIPPROXYSRVR=${DATA_ADDRESS}`));
  await startChrony(t, namespace, ...lines);
  const capture = join(namespace.folder, "wire.pcapng");
  const sets = [`SNTPSRVR=${DATA_ADDRESS}`, `MYCERTURL=http://${DATA_ADDRESS}:9/scep`].flatMap((set) => ["--set", set]);
  return { ran: await bootOffhook([...cable(namespace, capture), "--lenient", "--timeout", "60", ...sets]), capture };
}

const timeOf = ({ events }: Ran): string[] =>
  events.flatMap((event) => (event.event === "scep" && event.step === "time" ? [event.result ?? ""] : []));

t.test("chronyd with a clock of its own is believed", options, async (t) => {
  const { ran, capture } = await askForTime(t, "local stratum 5");
  t.same(timeOf(ran), ["ok"]);
  isClean(t, capture);
  t.same(shark(capture, "ntp", "ntp.flags.mode"), ["3", "4"], "one question as a client, one answer of a server");
  t.same(shark(capture, "ntp.flags.mode == 4", "ntp.stratum"), ["5"]);
  const [sent = ""] = shark(capture, "ntp.flags.mode == 3", "ntp.xmt");
  const [origin = ""] = shark(capture, "ntp.flags.mode == 4", "ntp.org");
  t.equal(origin, sent, "the answer is to this question (RFC 5905 section 8)");
  const [answered = ""] = shark(capture, "ntp.flags.mode == 4", "ntp.xmt");
  const seconds = Date.parse(answered.replace(/\.\d+/, "")) / 1000;
  t.ok(Math.abs(seconds - Date.now() / 1000) < SECONDS_MAX, `${answered} is now`);
});

t.test("chronyd without one says so, and the telephone has no date", options, async (t) => {
  const { ran, capture } = await askForTime(t);
  t.same(timeOf(ran), ["no-time"], "an answer with leap indicator 3 is no time");
  t.match(shark(capture, "ntp.flags.mode == 4", "ntp.flags.li"), ["3"]);
});
