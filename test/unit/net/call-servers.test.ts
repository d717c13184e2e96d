// Goal: a redirect leads to the host that RFC 3261's grammar names, or nowhere; who logs in cannot change a request's form.
// Method: a table of URIs and names through the harness.

import t from "tap";
import { Info, Status } from "../../../hal/abi.js";
import { Transport } from "../../../hal/events.js";
import { loadHarness } from "../../support/harness.js";

let given = "";
const core = loadHarness("sip", (memory) => ({
  sys_info: (item, ptr, capacity) => {
    if (item !== (Info.Extension as number) || given === "") return Status.NotFound;
    new Uint8Array(memory().buffer, ptr, capacity).set(Buffer.from(given, "latin1").subarray(0, capacity));
    return given.length;
  },
}));
const input = core.call("input_ptr");
core.call("init", 0, 0);

const write = (text: string): number => {
  core.write(input, Buffer.from(text, "latin1"));
  return text.length;
};

/** Host, port and transport; undefined where it leads nowhere. */
function redirect(uri: string): string | undefined {
  if (core.call("redirect", input, write(uri)) === 0) return undefined;
  const host = Buffer.from(core.read(core.call("server_host_ptr"), core.call("server_host_bytes"))).toString("latin1");
  return `${host}:${core.call("server_port")} ${Transport[core.call("server_transport")]}`;
}

const REDIRECTS: readonly (readonly [uri: string, target: string | undefined])[] = [
  ["sip:10.0.0.5", "10.0.0.5:5061 Tls"],
  ["SIP:4001@10.0.0.5:5070;transport=TCP", "10.0.0.5:5070 Tcp"],
  ["sip:4001:secret@host;transport=udp", "host:5060 Udp"],
  ["sip:10.0.0.5;x=a@host", "host:5061 Tls"],
  ["sip:a?b/c@host:5080", "host:5080 Tls"],
  ["sip:host;transport=udp?Subject=x", "host:5060 Udp"],
  ["sip:host:5070?Route=%3Csip:other%3E", "host:5070 Tls"],
  ["sip:a@host?to=b@other", undefined],
  ["sip:10.0.0.5;x=a@b@c", undefined],
  ["sip:@@host", undefined],
  ["sip:a@", undefined],
  ["sip:?x", undefined],
  ["sip:", undefined],
  ["sips:host", undefined],
  ["sip:host:0", undefined],
  ["sip:host:65536", undefined],
  ["sip:host;transport=sctp", undefined],
  ["sip:ho st", undefined],
  ["sip:ho\x7fst", undefined],
];
t.test("redirects", (t) => {
  for (const [uri, target] of REDIRECTS) t.equal(redirect(uri), target, uri);
  t.end();
});

const USERS: readonly (readonly [user: string, taken: boolean])[] = [
  ["4001", true], ["+49.30*7_a-Z", true], ["x".repeat(64), true], ['4"1', false], ["4001\r\nX: y", false], ["a@b", false], ["a;b", false],
  ["a`b", false], ["a[b", false], ["\xe4", false], ["a b", false],
];
t.test("an extension that would change a request's form is nobody's, wherever it comes from", (t) => {
  for (const [user, taken] of USERS) {
    given = user;
    t.equal(core.call("credentials"), taken ? user.length : 0, `given: ${JSON.stringify(user)}`);
    given = "";
    core.call("keep_user", write(user));
    t.equal(core.call("credentials"), taken ? user.length : 0, `stored: ${JSON.stringify(user)}`);
  }
  t.end();
});
