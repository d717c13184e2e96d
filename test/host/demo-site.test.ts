// Goal: the demonstration's far end hands out what its scripts and files promise.
// Method: a telephone's own calls on the memory binding: DHCP, a name, a GET of each file, the call server's port.

import t from "tap";
import { Status } from "../../hal/abi.js";
import { addressOf } from "../../host/network/address.js";
import { MemoryNetwork } from "../../host/network/memory.js";
import { Scheduler } from "../../host/scheduler.js";
import {
  DEMO_CALL_PORT, DEMO_CALL_SERVER, DEMO_FILE_PORT, DEMO_FILE_SERVER, DEMO_ROUTER, demoSite, demoSource,
} from "../../host/site/demo.js";
import type { HttpAccess } from "../../host/site/http-server.js";
import { runUntil } from "../support/site.js";

function bench() {
  const scheduler = new Scheduler();
  const log: HttpAccess[] = [];
  const site = demoSite({ scheduler, onAccess: (access) => void log.push(access) });
  const network = new MemoryNetwork({ scheduler, site });
  network.configure(addressOf("10.0.8.50"));
  return { scheduler, network, log };
}

function fetch({ scheduler, network }: ReturnType<typeof bench>, path: string): Buffer {
  const handle = network.tcpOpen(DEMO_FILE_SERVER, DEMO_FILE_PORT, 0, "");
  runUntil(scheduler, () => network.tcpState(handle).status === Status.Ok);
  network.tcpSend(handle, new TextEncoder().encode(`GET /${path} HTTP/1.1\r\nHost: 10.0.8.2\r\nConnection: close\r\n\r\n`));
  const pieces: Buffer[] = [];
  const target = new Uint8Array(4096);
  runUntil(scheduler, () => {
    const count = network.tcpReceive(handle, target);
    if (count > 0) pieces.push(Buffer.from(target.subarray(0, count)));
    return count === Status.Closed;
  });
  network.close(handle, false);
  const answer = Buffer.concat(pieces);
  return answer.subarray(answer.indexOf("\r\n\r\n") + 4);
}

t.test("every file that a script names is served, whole", (t) => {
  const parts = bench();
  const source = demoSource();
  const scripts = [fetch(parts, "96xxupgrade.txt"), fetch(parts, "46xxsettings.txt")].map(String);
  const named = new Set(scripts.join("\n").match(/\b[\w]+\.(bin|txt)\b/g));
  t.same([...named].sort(), ["46xxsettings.txt", "SIP96xxdemo.bin", "hb96xxdemo.bin"]);
  for (const path of source.paths) t.ok(fetch(parts, path).equals(source.read(path)!), path);
  t.same([...new Set(parts.log.map((access) => access.status))], [200]);
  t.end();
});

t.test("scripts keep the language's rules: known statements, every tag there, lines a telephone takes", (t) => {
  const source = demoSource();
  for (const path of ["96xxupgrade.txt", "46xxsettings.txt"]) {
    const lines = Buffer.from(source.read(path)!).toString("latin1").split("\n");
    for (const line of lines.filter((text) => text !== "" && !text.startsWith("##"))) {
      t.match(line, /^(SET [A-Z0-9]+ \S+|IF \$[A-Z0-9]+ SEQ \S+ GOTO [A-Z0-9]+|GOTO [A-Z0-9]+|GET \S+|# [A-Z0-9]+)$/, line);
      const tag = /GOTO (\S+)$/.exec(line)?.[1];
      if (tag !== undefined) t.ok(lines.includes(`# ${tag}`), `${path} has # ${tag}`);
    }
  }
  t.end();
});

t.test("DHCP names the file server, names lead to addresses, the call server's port is open", (t) => {
  const { scheduler, network } = bench();
  network.configure(0);
  const handle = network.udpOpen(68);
  const discover = new Uint8Array(244);
  discover.set([1, 1, 6]);
  discover.set([0x63, 0x82, 0x53, 0x63, 53, 1, 1, 255], 236);
  network.udpSend(handle, 0xffffffff, 67, discover);
  let offer = network.udpReceive(handle);
  runUntil(scheduler, () => (offer ??= network.udpReceive(handle)) !== null);
  t.match(offer, { address: DEMO_ROUTER, port: 67 });
  t.same([...offer!.data.subarray(16, 20)], [10, 0, 8, 50]);
  t.match(Buffer.from(offer!.data).toString("latin1"), "HTTPSRVR=10.0.8.2");

  network.configure(addressOf("10.0.8.50"));
  let answer: number | number[] = Status.Pending;
  runUntil(scheduler, () => (answer = network.dnsResolve("files.example.com", [DEMO_ROUTER])) !== Status.Pending);
  t.same(answer, [DEMO_FILE_SERVER]);
  const call = network.tcpOpen(DEMO_CALL_SERVER, DEMO_CALL_PORT, 0, "");
  t.ok(runUntil(scheduler, () => network.tcpState(call).status === Status.Ok));
  t.end();
});
