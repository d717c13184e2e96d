// Goal: HTTPS from the command line: the example's complaint, a date at which the certificate is good, and certificates that FILE.secure
// keeps from one run to the next. Method: `offhook boot` as a child process on LANs in files.

import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t from "tap";
import { lanAuthorityPem } from "../../host/site/lan-tls.js";
import { bootOffhook } from "../support/offhook.js";

const EXPIRED = ["--lan", "examples/tls-expired.json", "--appname", "app.bin"];
const TRUSTED = [...EXPIRED, "--ca", "examples/lan-ca.pem"];

t.test("the example's certificate has expired, and at an earlier date it has not", async (t) => {
  const cause = /10\.0\.8\.3: certificate expired on 2004-03-01; the telephone's date is 2007-12-01/;
  t.match(await bootOffhook(TRUSTED), { code: 1, end: { code: "tls", cause } });
  t.match(await bootOffhook([...TRUSTED, "--date", "2004-02-29"]), { code: 0, end: { code: "reached" } });
  t.match(await bootOffhook(EXPIRED), { end: { code: "tls", cause: /trusts no certificate/ } });
});

t.test("what TRUSTCERTS brought is kept beside the chip's file", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "offhook-tls-"));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const lan = (name: string, option242: string): string => {
    const files = { "96xxupgrade.txt": "SET TRUSTCERTS ca.pem\n", "ca.pem": lanAuthorityPem() };
    const vlan = {
      id: 1, subnet: "10.0.8.0/24", dhcp: { pool: ["10.0.8.50", "10.0.8.99"], option242 }, routers: [{ address: "10.0.8.1" }],
      fileServer: { address: "10.0.8.3", files, tls: {} },
    };
    writeFileSync(join(folder, name), JSON.stringify({ vlans: [vlan] }));
    return join(folder, name);
  };
  const chip = ["--flash", join(folder, "chip.bin"), "--appname", "app.bin"];
  const secure = ["--lan", lan("https.json", "TLSSRVR=10.0.8.3"), ...chip];
  t.match(await bootOffhook(secure), { code: 1, end: { code: "tls" } });
  t.match(await bootOffhook(["--lan", lan("http.json", "HTTPSRVR=10.0.8.3"), ...chip]), { code: 0 });
  t.same(statSync(join(folder, "chip.bin.secure")).mode & 0o777, 0o600);
  t.match(await bootOffhook(secure), { code: 0, end: { code: "reached" } });
  writeFileSync(join(folder, "chip.bin.secure"), "x");
  await t.rejects(bootOffhook(secure), { message: /chip\.bin\.secure, where the secure element keeps/ });
  const ca = join(folder, "empty.pem");
  writeFileSync(ca, "");
  await t.rejects(bootOffhook(["--lan", "demo", "--ca", ca]), { message: /--ca .*empty\.pem: it holds no -----BEGIN CERTIFICATE-----/ });
});
