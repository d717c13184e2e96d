// Goal: certificates are read exactly, judged at the telephone's date, and any bytes at all are refused in words. Method: certificates
// that are made here, compared with what node:crypto reads; chains of every kind; each truncation and random bytes.

import { X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t from "tap";
import { SecureOperation, Status } from "../../hal/abi.js";
import { judgeCertificate, type TlsQuestion } from "../../host/network/tls-node-judge.js";
import { SecureElement } from "../../host/peripherals/secure-element.js";
import { TrustStore } from "../../host/peripherals/trust-store.js";
import { Random } from "../../host/random.js";
import { lanAuthorityPem } from "../../host/site/lan-tls.js";
import { SecureFile } from "../../host/storage/secure-file.js";
import { nameText, pathLengthOf, readCertificate } from "../../host/x509/certificate.js";
import { dayMs, dayText, instantMs } from "../../host/x509/day.js";
import { certificatePem, makeCertificate, namedKey, type CertificatePlan } from "../../host/x509/make.js";
import { certificatesOfPem } from "../../host/x509/pem.js";

const DATE = Date.UTC(2026, 10, 26);
const dates = { notBefore: Date.UTC(2020, 0), notAfter: Date.UTC(2030, 0) };
const [rootKey, middleKey, ownKey] = [namedKey("root"), namedKey("middle"), namedKey("own")];
const root = { subject: "Root", key: rootKey };
const make = (plan: Partial<CertificatePlan>): Uint8Array => makeCertificate({ subject: "s", key: ownKey, ...dates, ...plan });
const ROOT = make({ ...root, authority: {} });
const MIDDLE = make({ subject: "Middle", key: middleKey, issuer: root, authority: {} });
const OWN = make({ names: ["files.example", "10.0.8.3"], issuer: { subject: "Middle", key: middleKey } });
const text = (value: string): Uint8Array => new TextEncoder().encode(value);

t.test("days and instants as the platform counts them", (t) => {
  for (const iso of ["1970-01-01", "1999-12-31", "2000-02-29", "2024-02-29", "2026-11-26", "2099-12-31", "2100-03-01", "1904-05-06"]) {
    t.same([dayMs(iso), dayText(Date.parse(iso) + 86_399_999)], [Date.parse(iso), iso]);
  }
  for (const iso of ["2100-02-29", "2023-02-29", "2023-13-01", "2023-00-01", "2023-01-32", "2023-1-1"]) t.same(dayMs(iso), undefined, iso);
  t.same(instantMs(2024, 3, 1, 24), undefined);
  t.end();
});

t.test("a certificate says what node:crypto reads in it", (t) => {
  for (const der of [ROOT, MIDDLE, OWN, make({ notBefore: Date.UTC(1960, 0), notAfter: Date.UTC(2055, 5) })]) {
    const mine = readCertificate(der);
    const theirs = new X509Certificate(der);
    t.same([mine.notBefore, mine.notAfter], [Date.parse(theirs.validFrom), Date.parse(theirs.validTo)]);
    t.same([`CN=${nameText(mine.subject)}`, `CN=${nameText(mine.issuer)}`], [theirs.subject, theirs.issuer]);
    t.same(pathLengthOf(mine) !== undefined, theirs.ca);
    t.same(certificatesOfPem(text(theirs.toString())), [der]);
  }
  t.same(readFileSync("examples/lan-ca.pem", "utf8"), lanAuthorityPem(), "the LAN's authority as the examples have it");
  t.end();
});

t.test("whatever is no certificate is refused in words", (t) => {
  for (let bytes = 0; bytes < OWN.length; bytes++) t.throws(() => readCertificate(OWN.subarray(0, bytes)), RangeError);
  t.throws(() => readCertificate(Buffer.concat([OWN, Buffer.of(0)])), RangeError);
  const random = new Random(1);
  let believed = 0;
  for (let round = 0; round < 2000; round++) {
    const bytes = OWN.slice();
    for (let count = 0; count <= round % 4; count++) bytes[random.word() % bytes.length] = random.word() & 0xff;
    try {
      nameText(readCertificate(bytes).subject);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
    const verdict = judgeCertificate({ chain: [bytes, MIDDLE], trusted: [ROOT], dateMs: DATE, name: "files.example", checkName: true });
    if (verdict === undefined && !Buffer.from(bytes).equals(OWN)) believed += 1;
  }
  t.same(believed, 0, "a changed certificate is never believed");
  const pem = certificatePem(OWN);
  const wrong: [string, RegExp][] = [
    ["", /holds no -----BEGIN CERTIFICATE/], ["hello", /holds no/], [pem.replace("END CERT", "END XERT"), /no end/],
    [pem.replace("-----END CERTIFICATE-----", ""), /no end/], [pem + namedKey("x").privatePem, /private key/],
    [namedKey("x").publicPem, /PUBLIC KEY, which is no certificate/], [pem.replace("MII", "!II"), /base64/],
    [pem.repeat(17), /more than 16/], [pem + " ".repeat(66_000), /more than 65536 bytes/],
    [`-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n`, /./],
  ];
  for (const [file, message] of wrong) t.throws(() => certificatesOfPem(text(file)), { name: "RangeError", message });
  t.same(certificatesOfPem(text(`Subject: s\n${pem.replaceAll("\n", "\r\n")}\ntext\n${certificatePem(ROOT)}`)), [OWN, ROOT]);
  t.end();
});

const judge = (question: Partial<TlsQuestion>): string => {
  const verdict = judgeCertificate({
    chain: [OWN, MIDDLE], trusted: [ROOT], dateMs: DATE, name: "files.example", checkName: true, ...question,
  });
  return verdict === undefined ? "good" : `${Status[verdict.status]}: ${verdict.reason}`;
};

t.test("chains", (t) => {
  const leafAuthority = make({ subject: "Leaf", key: middleKey, issuer: root });
  const short = make({ ...root, authority: { pathLength: 0 } });
  const oldMiddle = make({ subject: "Middle", key: middleKey, issuer: root, authority: {}, notAfter: Date.UTC(2025, 0) });
  const forged = make({ names: ["files.example"], issuer: { subject: "Middle", key: namedKey("forger") } });
  const under = make({ names: ["files.example"], issuer: { subject: "Leaf", key: middleKey } });
  const rows: [name: string, question: Partial<TlsQuestion>, expected: RegExp][] = [
    ["by the one between", {}, /^good$/],
    ["in any order", { chain: [OWN, ROOT, MIDDLE] }, /^good$/],
    ["the one between is trusted", { chain: [OWN], trusted: [MIDDLE] }, /^good$/],
    ["the server's own is trusted", { chain: [OWN], trusted: [OWN] }, /^good$/],
    ["the one between is not sent", { chain: [OWN] }, /^TlsUnknownCa: certificate is of Middle, which is not trusted$/],
    ["an old root and its renewal", { trusted: [make({ ...root, authority: {}, notAfter: Date.UTC(2025, 0) }), ROOT] }, /^good$/],
    ["another root", { trusted: [make({ subject: "Other", key: rootKey, authority: {} })] }, /^TlsUnknownCa: .* of Root, which/],
    ["the root's name with another key", { trusted: [make({ subject: "Root", key: ownKey, authority: {} })] }, /^TlsUnknownCa/],
    ["nothing is trusted", { trusted: [] }, /trusts no certificate yet/],
    ["nothing is shown", { chain: [] }, /^TlsCertificate: no certificate was shown/],
    ["a signature of somebody else", { chain: [forged, MIDDLE] }, /^TlsUnknownCa/],
    ["by one that may not issue", { chain: [under, leafAuthority] }, /^TlsUnknownCa/],
    ["a longer chain than the root allows", { trusted: [short] }, /^TlsCertificate: .* issuer Root may not vouch for so long a chain/],
    ["the one between has expired", { chain: [OWN, oldMiddle] }, /^TlsExpired: certificate of its issuer Middle expired on 2025-01-01/],
    ["on its last day", { dateMs: dates.notAfter }, /^good$/],
    ["after it", { dateMs: dates.notAfter + 1 }, /^TlsExpired: certificate expired on 2030-01-01; the telephone's date is 2030-01-01/],
    ["before its first", { dateMs: dates.notBefore - 1 }, /^TlsNotYetValid: certificate is not valid before 2020-01-01/],
  ];
  for (const [name, question, expected] of rows) t.match(judge(question), expected, name);
  t.end();
});

/** Made by `openssl req -x509`: Ed25519 with extendedKeyUsage=clientAuth, Ed25519 with a critical 1.2.3.4, RSA signed with MD5. */
const BY_OPENSSL = {
  client:
    "MIIBeDCCASqgAwIBAgIUY74upK+MwAe5LlKXWiOwcjyTfgkwBQYDK2VwMBgxFjAUBgNVBAMMDWZpbGVzLmV4YW1wbGUwIBcNMjYxMTI2MDkwNTE5WhgPMjEwOTAxMTUw" +
    "OTA1MTlaMBgxFjAUBgNVBAMMDWZpbGVzLmV4YW1wbGUwKjAFBgMrZXADIQCmDB+5dZIeHk2kkiA7QqMznGXlB+4BWS9DuERVwItza6OBgzCBgDAdBgNVHQ4EFgQUhjTP" +
    "zumoP9gxEk8xRWLODKL2xFwwHwYDVR0jBBgwFoAUhjTPzumoP9gxEk8xRWLODKL2xFwwDwYDVR0TAQH/BAUwAwEB/zAYBgNVHREEETAPgg1maWxlcy5leGFtcGxlMBMG" +
    "A1UdJQQMMAoGCCsGAQUFBwMCMAUGAytlcANBAH+Qrj71k0lFcL5t3WE8fDM3QZx4OlnzahW/ndkCHyqdu+wxEGhpJbmFGur6LYXVmZi+fzw9H/1118g7nle/JAg=",
  critical:
    "MIIBbzCCASGgAwIBAgIUR34i+FZwF+qn+awU2kf3zjq7jjcwBQYDK2VwMBgxFjAUBgNVBAMMDWZpbGVzLmV4YW1wbGUwIBcNMjYxMTI2MDkwNTE5WhgPMjEwOTAxMTUw" +
    "OTA1MTlaMBgxFjAUBgNVBAMMDWZpbGVzLmV4YW1wbGUwKjAFBgMrZXADIQBJWe+PyNddQ2NjV0ejOuY2EAq9gEmtR9fSwYXL0Bc+uqN7MHkwHQYDVR0OBBYEFFojE4rS" +
    "t+7Or9ff7CgjhK9WUu+eMB8GA1UdIwQYMBaAFFojE4rSt+7Or9ff7CgjhK9WUu+eMA8GA1UdEwEB/wQFMAMBAf8wGAYDVR0RBBEwD4INZmlsZXMuZXhhbXBsZTAMBgMq" +
    "AwQBAf8EAgUAMAUGAytlcANBAFWNsQ+unPhZcdvAFr4+nVmTP//ORKByeBezpgjQGIZ4B9jBw520xh7BhFlL6Gh/4EknCXt0fbNXMCfO2BJjnQs=",
  md5:
    "MIICDjCCAXegAwIBAgIUNPBbR4Bu66jBEGofIR5Eflz6LAEwDQYJKoZIhvcNAQEEBQAwGDEWMBQGA1UEAwwNZmlsZXMuZXhhbXBsZTAgFw0yNjExMjYwOTA1MTlaGA8y" +
    "MTA5MDExNTA5MDUxOVowGDEWMBQGA1UEAwwNZmlsZXMuZXhhbXBsZTCBnzANBgkqhkiG9w0BAQEFAAOBjQAwgYkCgYEAvPAWLcFl/tO90XNBppqD4Ekjrbz4YGauzWwR" +
    "1gUBMTyDBM6w3mLbEUjyXzdN8f4Y324oXX2Ly5e/NGG246yRk1eVBm1UCtzzXuhAXLTFBBAFBpL7OcfL4OjzaZlIooqR3Izp+MmtfcEHDAKX6xzy+SAb4cRxQfpgp2tk" +
    "dYwR1zECAwEAAaNTMFEwHQYDVR0OBBYEFNewxIJ+PJMGFvTfGJZa6YCzEcLXMB8GA1UdIwQYMBaAFNewxIJ+PJMGFvTfGJZa6YCzEcLXMA8GA1UdEwEB/wQFMAMBAf8w" +
    "DQYJKoZIhvcNAQEEBQADgYEABojjIb4SisuA49/qfsJe999RriZ8Sl4TjJh+pbvEs6CHuw6HUHBC7FHY6+M5zrsDs5ZmUns6z7xF3LouSFAYhO2TrK/GrAEX3GMzf5Oc" +
    "2JqMueykditCENlfgZIXU8Q6aVq1Uts6vYiKCubcWEtd/9012BAPxaMdBd2d2WBSEMY=",
};

t.test("what a server's certificate may not be", (t) => {
  const of = (base64: string): string => {
    const own = new Uint8Array(Buffer.from(base64, "base64"));
    return judge({ chain: [own], trusted: [own], dateMs: Date.UTC(2030, 0) });
  };
  t.match(of(BY_OPENSSL.client), /^TlsCertificate: certificate is not for servers/);
  t.match(of(BY_OPENSSL.critical), /^TlsCertificate: certificate has a rule that the telephone does not know: 1\.2\.3\.4$/);
  t.match(of(BY_OPENSSL.md5), /^TlsCertificate: certificate is signed with MD5 or older/);
  t.end();
});

t.test("names", (t) => {
  const named = (names: readonly string[], name: string, subject = "cn.example"): string =>
    judge({ chain: [make({ subject, names, issuer: root })], name });
  const good: [string[], string, string?][] = [
    [["files.example"], "files.example"], [["files.example"], "FILES.example."], [["*.site.example"], "files.site.example"],
    [["a.example", "10.0.8.3"], "10.0.8.3"], [[], "cn.example"], [["10.0.8.3"], "cn.example"],
  ];
  for (const [names, name] of good) t.same(named(names, name), "good", `${names.join()} for ${name}`);
  const bad: [string[], string, string?][] = [
    [["files.example"], "other.example"], [["*.site.example"], "a.b.site.example"], [["*.site.example"], "site.example"],
    [["*.example"], "files.example"], [["f*.example"], "files.example"], [["f*.site.example"], "files.site.example"],
    [["other.example"], "cn.example"], [["10.0.8.3"], "10.0.8.4"], [[], "10.0.8.3", "10.0.8.3"], [["10.0.8.3.example"], "10.0.8.3"],
  ];
  for (const [names, name, subject] of bad) t.match(named(names, name, subject), /^TlsName: the (name in the )?certificate is /, name);
  t.match(named([], "10.0.8.3", "10.0.8.3"), /is for 10\.0\.8\.3, and the address 10\.0\.8\.3 is not among its alternative names/);
  t.match(named(["a", "b", "c", "d", "e", "f"], "x"), /is a, b, c, d and 2 more, the server is x$/);
  t.same(judge({ name: "other.example", checkName: false }), "good");
  t.end();
});

/** What the element answers to an operation. */
function done(element: SecureElement, operation: SecureOperation): number {
  const status = element.start(operation);
  return status < 0 ? status : element.poll();
}

t.test("the set of trusted certificates changes as a whole", (t) => {
  const saved: number[] = [];
  const trust = new TrustStore({ given: [OWN], save: (set) => void saved.push(set.length) });
  const element = new SecureElement(trust);
  const add = (file: string): number => {
    t.same(element.write(0, text(file.slice(0, 10))), Status.Ok);
    t.same(element.write(10, text(file.slice(10))), Status.Ok);
    return done(element, SecureOperation.TrustAdd);
  };
  t.same(add(certificatePem(ROOT)), Status.Invalid, "before it is begun");
  t.same(done(element, SecureOperation.TrustBegin), Status.Ok);
  const both = certificatePem(ROOT) + certificatePem(MIDDLE);
  t.same([add(certificatePem(ROOT)), add(both + both), add("hello, this is text")], [1, 4, Status.Malformed]);
  t.same(trust.trusted, [OWN], "until it is stored, what was given counts");
  t.same(done(element, SecureOperation.TrustStore), 2);
  t.same(trust.trusted, [ROOT, MIDDLE], "then what is stored, alone");
  t.same(done(element, SecureOperation.TrustBegin), Status.Ok);
  element.reset();
  t.same(done(element, SecureOperation.TrustStore), Status.Invalid, "a reset forgets a set that was begun");
  t.same(trust.trusted, [ROOT, MIDDLE]);
  t.same([element.write(0xffff, text("ab")), element.write(5, text("a"))], [Status.OutOfRange, Status.Invalid]);
  t.same(element.start(99 as SecureOperation), Status.Unsupported);
  const many = (from: number): string => Array.from({ length: 16 }, (_, at) => certificatePem(make({ subject: `${from + at}` }))).join("");
  done(element, SecureOperation.TrustBegin);
  t.same([add(many(0)), add(many(16)), add(many(32))], [16, 16, Status.NoSpace]);
  t.same(saved, [2]);
  t.same([done(element, SecureOperation.TrustForget), trust.trusted, saved], [0, [], [2, 0]]);
  t.end();
});

t.test("a file of its owner keeps them", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "offhook-secure-"));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "chip.bin.secure");
  t.same(new SecureFile(path).trusted, [], "there is none yet");
  new SecureFile(path).saveTrusted([ROOT, OWN]);
  t.same(statSync(path).mode & 0o777, 0o600);
  t.same(new SecureFile(path).trusted, [ROOT, OWN]);
  for (const contents of ["", "{}", "[]", '{"trusted":[1]}', '{"trusted":["x"]}']) {
    writeFileSync(path, contents);
    t.throws(() => new SecureFile(path));
  }
  const trust = new TrustStore({ save: () => { throw new Error("the disk is full"); } });
  trust.begin();
  trust.add(text(certificatePem(ROOT)));
  t.same([trust.store(), trust.trusted], [Status.Failed, []], "what cannot be kept is not trusted");
  t.end();
});
