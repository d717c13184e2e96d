// Goal: the contract alone is enough to write a host: the example, which imports nothing of host/, starts the real module.
// Method: the program is run as a reader would run it, and what it prints is compared with what the telephone shows.

import { spawnSync } from "node:child_process";
import { execPath } from "node:process";
import t from "tap";

t.test("the minimal host reaches the login prompt", (t) => {
  const run = spawnSync(execPath, ["examples/minimal-host.mjs"], { encoding: "utf8" });
  t.equal(run.stderr, "");
  t.equal(run.status, 0);
  const rows = ["|Starting|", "|100Mbps Ethernet|", "|DHCP: 0 secs|", "|HTTP:1 200|", "|Enter username|"];
  const expected = rows.toSpliced(3, 0, "GET /96xxupgrade.txt 200 OK");
  const positions = expected.map((text) => run.stdout.indexOf(text));
  t.notOk(positions.includes(-1), run.stdout);
  t.strictSame(positions, [...positions].sort((left, right) => left - right), "in the telephone's order");
  t.match(run.stdout, /the core reached the login prompt after \d+\.\d{3} s\n$/);
  t.end();
});
