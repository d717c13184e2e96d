// Goal: another program reads our requests and messages: bits, names in their order, signatures, contents.
// Method: openssl on what the secure element hands out. Skipped where openssl is not installed.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t, { type Test } from "tap";
import { SecureFlag, Status } from "../../../hal/abi.js";
import { derPrivateKey } from "../../../host/scep/rsa.js";
import { AUTHORITY_KEY } from "../../../host/site/scep/keys.js";
import { answer, ask, authority, element, messageOf, request, type Wanted } from "../../support/scep.js";

function openssl(args: readonly string[], input?: Uint8Array): { code: number | null; text: string; bytes: Buffer } {
  const { status, stdout, stderr } = spawnSync("openssl", args, input === undefined ? {} : { input });
  return { code: status, text: `${stdout?.toString("latin1") ?? ""}${stderr?.toString("latin1") ?? ""}`, bytes: stdout };
}

const skip = openssl(["version"]).code === 0 ? false : "openssl is not installed";

function folder(t: Test): string {
  const path = mkdtempSync(join(tmpdir(), "offhook-openssl-"));
  t.teardown(() => rmSync(path, { recursive: true }));
  return path;
}

/** What the secure element showed of one enrolment, by name. */
function enrolment(wanted: Wanted): Map<string, Uint8Array> {
  const seen = new Map<string, Uint8Array>();
  const [phone, ca] = [element({ onMessage: (name, bytes) => void seen.set(name, bytes) }), authority()];
  const made = request(phone, ask(ca, "GetCACert").body, wanted);
  if (made.status !== Status.Ok) throw new Error(`the request came to ${made.status}`);
  answer(phone, ask(ca, "PKIOperation", messageOf(made)).body);
  return seen;
}

/** In their own order. */
const NAMES = ["-nameopt", "RFC2253,-dn_rev,sep_comma_plus_space"];

const COMBINATIONS: [string, Wanted, string][] = [
  ["the usual name", {}, "C=US, ST=NJ, L=MyTown, O=MyCompany, CN=07N540100001"],
  ["2,048 bits", { bits: 2048 }, "C=US, ST=NJ, L=MyTown, O=MyCompany, CN=07N540100001"],
  ["no name but the common one", { name: "" }, "CN=07N540100001"],
  ["a MAC address", { commonName: "00040D123456", name: "/O=MyCompany/C=US" }, "O=MyCompany, C=US, CN=00040D123456"],
  ["two units and a slash in a value", { name: "/OU=A/OU=B/O=Mine/Yours" }, "OU=A, OU=B, O=Mine/Yours, CN=07N540100001"],
  ["SHA-1 and 3DES", { flags: 0, name: "/DC=com/DC=example" }, "DC=com, DC=example, CN=07N540100001"],
];

for (const [name, wanted, subject] of COMBINATIONS) {
  t.test(`openssl req: ${name}`, { skip }, (t) => {
    const seen = enrolment(wanted);
    const request = seen.get("certification-request");
    const { code, text } = openssl(["req", "-inform", "der", "-noout", "-text", "-verify", ...NAMES], request);
    t.equal(code, 0);
    t.match(text, /verify OK/);
    t.match(text, `Public-Key: (${wanted.bits ?? 1024} bit)`);
    t.match(text, `Subject: ${subject}`);
    t.match(text, wanted.flags === 0 ? /sha1WithRSAEncryption/ : /sha256WithRSAEncryption/);
    const certificate = openssl(["x509", "-inform", "der", "-noout", "-subject", ...NAMES], seen.get("certificate"));
    t.match(certificate.text, `subject=${subject}`);
    t.end();
  });
}

for (const flags of [0, SecureFlag.Aes | SecureFlag.Sha256]) {
  t.test(`openssl cms verifies and decrypts the request, openssl verify the certificate (flags ${flags})`, { skip }, (t) => {
    const place = folder(t);
    const seen = enrolment({ flags });
    const file = (name: string, bytes: Uint8Array): string => {
      writeFileSync(join(place, name), bytes);
      return join(place, name);
    };
    const message = file("request.der", seen.get("request")!);
    const outer = openssl(["cms", "-verify", "-inform", "der", "-noverify", "-in", message, "-binary"]);
    t.equal(outer.code, 0);
    const envelope = file("envelope.der", outer.bytes);
    const key = file("ca.key", openssl(["pkey", "-inform", "der"], derPrivateKey(AUTHORITY_KEY)).bytes);
    const ca = file("ca.pem", openssl(["x509", "-inform", "der"], seen.get("ca")).bytes);
    const inner = openssl(["cms", "-decrypt", "-inform", "der", "-in", envelope, "-inkey", key, "-recip", ca, "-binary"]);
    t.equal(inner.code, 0);
    t.same(new Uint8Array(inner.bytes), seen.get("certification-request"), "what the CA reads is the request");
    const certificate = file("phone.pem", openssl(["x509", "-inform", "der"], seen.get("certificate")).bytes);
    const verified = openssl(["verify", "-CAfile", ca, "-attime", "1767312000", certificate]);
    t.match(verified.text, /: OK/);
    t.end();
  });
}
