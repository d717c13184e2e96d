// Goal: a telephone gets its certificate from a CA, and whatever is wrong with an answer has its own status and leaves nothing behind.
// Method: the secure element's operations against the CA of the site, message by message; each of the CA's faults; old and new algorithms.

import t from "tap";
import { ScepCipher, ScepDigest, SecureFlag, SecureOperation, Status } from "../../../hal/abi.js";
import { digestOf, SHA_1, SHA_256 } from "../../../host/scep/algorithms.js";
import { readAuthority } from "../../../host/scep/authority.js";
import { isIssuedBy, readCertificate } from "../../../host/scep/certificate.js";
import { derCertificates } from "../../../host/scep/cms.js";
import { nameText } from "../../../host/scep/name.js";
import type { ScepFault } from "../../../host/site/scep/authority.js";
import {
  answer, ask, authority, certificateOf, COMMON_NAME, element, enrol, LABEL, messageOf, NAME, NOW, report, request,
} from "../../support/scep.js";

const YEAR_SECONDS = 365 * 86400;

t.test("approved: key, request, certificate", (t) => {
  const [phone, ca] = [element(), authority()];
  const made = request(phone, ask(ca, "GetCACert").body);
  t.match(report(made), { type: 19, digest: ScepDigest.Sha256, cipher: ScepCipher.Aes128, keyBits: 1024, pkiStatus: 255 });
  t.match(report(made).transaction, /^[0-9A-F]{32}$/);
  t.equal(certificateOf(phone), undefined);
  const judged = answer(phone, ask(ca, "PKIOperation", messageOf(made)).body);
  t.equal(judged.status, Status.Ok);
  const { transaction } = report(made);
  const notBefore = NOW - 3600;
  t.match(report(judged), { type: 3, pkiStatus: 0, keyBits: 1024, notBefore, notAfter: notBefore + YEAR_SECONDS, transaction });
  const certificate = readCertificate(certificateOf(phone)!);
  t.equal(nameText(certificate.subject), `${NAME}/CN=${COMMON_NAME}`);
  t.ok(isIssuedBy(certificate, ca.certificate));
  t.equal(certificateOf(phone, "http://other/"), undefined, "of this server only");
  t.end();
});

const FAULTS: [ScepFault, Status][] = [
  ["bad-signature", Status.BadSignature], ["wrong-recipient", Status.WrongRecipient], ["wrong-transaction", Status.WrongTransaction],
  ["wrong-nonce", Status.WrongNonce], ["truncated", Status.Malformed], ["other-key", Status.KeyMismatch],
  ["other-ca", Status.NotSignedByCa],
  ["expired", Status.Expired], ["not-yet-valid", Status.NotYetValid],
];
for (const [fault, status] of FAULTS) {
  t.test(`${fault}: its own status, nothing stored, and a better answer is still taken`, (t) => {
    const [phone, ca] = [element(), authority({ fault })];
    t.equal(enrol(phone, ca).status, status);
    t.equal(certificateOf(phone), undefined);
    t.equal(enrol(phone, authority()).status, Status.Ok);
    t.end();
  });
}

t.test("without time, validity is not looked at", (t) => {
  for (const fault of ["expired", "not-yet-valid"] as const) t.equal(enrol(element(), authority({ fault }), {}, 0).status, Status.Ok);
  t.end();
});

t.test("rejected: the CA's reason, and the next attempt is another transaction", (t) => {
  const [phone, ca] = [element(), authority({ decision: "reject" })];
  const judged = enrol(phone, ca);
  t.equal(judged.status, Status.Rejected);
  t.match(report(judged), { pkiStatus: 2, failInfo: 2 });
  t.equal(certificateOf(phone), undefined);
  t.not(report(enrol(phone, ca)).transaction, report(judged).transaction);
  t.end();
});

t.test("pending, asked again with the same transaction, granted after two questions", (t) => {
  const [phone, ca] = [element(), authority({ decision: "pending", polls: 2 })];
  const first = enrol(phone, ca);
  t.equal(first.status, Status.ScepPending);
  t.match(report(first), { pkiStatus: 3 });
  const statuses = [1, 2, 3].map(() => {
    const question = phone.run(SecureOperation.PollMessage, new Uint8Array(0), new Uint8Array(0));
    t.match(report(question), { type: 20, transaction: report(first).transaction });
    return answer(phone, ask(ca, "PKIOperation", messageOf(question)).body).status;
  });
  t.same(statuses, [Status.ScepPending, Status.ScepPending, Status.Ok]);
  t.ok(certificateOf(phone));
  t.end();
});

t.test("pending over a reset and a loss of power: the same key asks on", (t) => {
  const ca = authority({ decision: "pending", polls: 1 });
  const before = element();
  const transaction = report(enrol(before, ca)).transaction;
  const after = element({ random: () => undefined });
  after.restore(before.secrets());
  t.equal(after.run(SecureOperation.PollMessage, new Uint8Array(0), new Uint8Array(0)).status, Status.NotFound, "it has to ask anew");
  const again = enrol(after, ca);
  t.same([again.status, report(again).transaction], [Status.ScepPending, transaction]);
  t.equal(enrol(after, ca).status, Status.Ok);
  t.end();
});

t.test("an answer to an earlier message of the same transaction is not taken", (t) => {
  const [phone, ca] = [element(), authority()];
  const certificates = ask(ca, "GetCACert").body;
  const old = ask(ca, "PKIOperation", messageOf(request(phone, certificates))).body;
  request(phone, certificates);
  t.equal(answer(phone, old).status, Status.WrongNonce);
  t.end();
});

t.test("renewal: the same key, a message of its own where the CA knows it, and the old certificate until the new one is there", (t) => {
  const [phone, ca] = [element(), authority()];
  enrol(phone, ca);
  const first = certificateOf(phone)!;
  const [renewal, plain] = [SecureFlag.Renewal, 0].map((flags) => report(request(phone, ask(ca, "GetCACert").body, { flags })));
  t.same([renewal!.type, plain!.type], [17, 19]);
  t.equal(enrol(phone, authority({ decision: "reject" })).status, Status.Rejected);
  t.same(certificateOf(phone), first);
  t.equal(enrol(phone, ca).status, Status.Ok);
  const second = readCertificate(certificateOf(phone)!);
  t.equal(second.key.n, readCertificate(first).key.n);
  t.not(second.serial, readCertificate(first).serial);
  t.equal(enrol(phone, ca, { bits: 2048 }).status, Status.Ok, "another size is another key");
  t.not(readCertificate(certificateOf(phone)!).key.n, second.key.n);
  t.end();
});

t.test("a registration authority answers in the CA's place", (t) => {
  const ca = authority({ registrar: true });
  const { issuers, signers, recipient } = readAuthority(ask(ca, "GetCACert").body);
  t.same([issuers.length, signers.length, nameText(recipient.subject)], [1, 2, "/O=Offhook/CN=Offhook Demonstration RA"]);
  t.equal(enrol(element(), ca).status, Status.Ok);
  const alone = derCertificates([recipient.der]);
  t.equal(request(element(), alone).status, Status.Ok, "a single certificate is the CA, whatever it says of itself");
  t.end();
});

t.test("algorithms: those that the CA offers, and whatever it answers with", (t) => {
  const old = report(request(element(), ask(authority(), "GetCACert").body, { flags: 0 }));
  t.match(old, { digest: ScepDigest.Sha1, cipher: ScepCipher.TripleDes });
  for (const [cipher, code] of [["des", ScepCipher.Des], ["3des", ScepCipher.TripleDes], ["aes-256", ScepCipher.Aes256]] as const) {
    const judged = enrol(element(), authority({ cipher, digest: "sha-1" }));
    t.equal(judged.status, Status.Ok);
    t.match(report(judged), { cipher: code, digest: ScepDigest.Sha1 });
  }
  t.match(report(enrol(element(), authority({ digest: "sha-512" }))), { digest: ScepDigest.Sha512 });
  t.end();
});

t.test("a fingerprint names the only CA that is believed, in SHA-1 or SHA-256", (t) => {
  const ca = authority({ registrar: true });
  for (const digest of [SHA_1, SHA_256]) {
    const fingerprint = digestOf(digest, ca.certificate.der);
    t.equal(enrol(element({ fingerprint }), ca).status, Status.Ok);
    const other = element({ fingerprint: fingerprint.map((byte) => byte ^ 1) });
    t.equal(request(other, ask(ca, "GetCACert").body).status, Status.WrongCa);
  }
  t.end();
});

t.test("what the operations refuse", (t) => {
  const [phone, ca] = [element(), authority()];
  const certificates = ask(ca, "GetCACert").body;
  const none = new Uint8Array(0);
  t.equal(phone.run(99, none, none).status, Status.Unsupported);
  t.equal(phone.run(SecureOperation.Key, Uint8Array.of(0, 2), none).status, Status.Invalid, "512 bits");
  const textless = Uint8Array.of(0, 0, 4, 9, 0, 0);
  t.equal(phone.run(SecureOperation.Request, textless, certificates).status, Status.Invalid, "a text that is not there");
  t.equal(answer(phone, certificates).status, Status.NotFound, "nobody asked");
  t.equal(request(phone, Uint8Array.of(1, 2, 3)).status, Status.Malformed);
  t.equal(request(phone, certificates, { name: "C=US" }).status, Status.BadSubject);
  t.equal(request(phone, certificates, { name: "/XYZ=1" }).status, Status.BadSubject);
  enrol(phone, ca);
  t.ok(certificateOf(phone, LABEL));
  t.equal(phone.run(SecureOperation.Forget, none, none).status, Status.Ok);
  t.equal(certificateOf(phone), undefined);
  t.same(phone.secrets(), {});
  t.end();
});

t.test("a seed has one run: every byte of two enrolments is the same, and no message holds the key", (t) => {
  const runs = [1, 2].map(() => {
    const seen: [string, string][] = [];
    const phone = element({ onMessage: (name, bytes) => seen.push([name, Buffer.from(bytes).toString("hex")]) });
    enrol(phone, authority());
    const { key } = phone.secrets();
    const secret = Buffer.from(key!).toString("hex").slice(2 * 160, 2 * 220); // Some of its secret numbers.
    t.ok(seen.every(([, hex]) => !hex.includes(secret)));
    return seen;
  });
  t.same(runs[0], runs[1]);
  t.same(runs[0]!.map(([name]) => name), ["ca", "certification-request", "request", "answer", "certificate"]);
  t.end();
});
