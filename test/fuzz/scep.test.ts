// Goal: no mutated answer of a CA is believed, none throws, hangs or leaves anything behind; the CA's own reader is as hard.
// Method: granted, pending and refused answers of the site's CA with seeded edits: of what was sent, and below the signature and the
// encryption as if the CA itself were hostile. OFFHOOK_CERTREPS asks for more (400), OFFHOOK_SEED for another seed.

import process from "node:process";
import t, { type Test } from "tap";
import { Status } from "../../hal/abi.js";
import { AES_128, SHA_256 } from "../../host/scep/algorithms.js";
import { type Expected, judgeAnswer } from "../../host/scep/answer.js";
import { readAuthority } from "../../host/scep/authority.js";
import { issueCertificate, readCertificate } from "../../host/scep/certificate.js";
import { derCertificates, derEnvelope, type Signer } from "../../host/scep/cms.js";
import { sameBytes } from "../../host/scep/der.js";
import { derMessage, MessageType, PkiStatus } from "../../host/scep/message.js";
import { derName } from "../../host/scep/name.js";
import { generateKey } from "../../host/scep/rsa.js";
import { isProbablePrime } from "../../host/scep/primes.js";
import { AUTHORITY_NAME } from "../../host/site/scep/authority.js";
import { AUTHORITY_KEY } from "../../host/site/scep/keys.js";
import { ask, authority, element, fill, messageOf, NOW, request } from "../support/scep.js";
import { mutate } from "../support/mutate.js";
import { random } from "../support/random.js";

const COUNT = Number(process.env["OFFHOOK_CERTREPS"] ?? 400);
const SEED = Number(process.env["OFFHOOK_SEED"] ?? 1);
/** Headers that change what follows: lengths without end, large ones, other tags. */
const TOKENS = ["\x30\x80", "\x00\x00", "\x30\x84\x7f\xff\xff\xff", "\x02\x01\x00", "\x24\x80", "\x04\x00", "\x06\x01\xff", "\x31\x00"];
const TRANSACTION = "0123456789ABCDEF0123456789ABCDEF";
const NONCE = Uint8Array.from({ length: 16 }, (_, index) => index);

const ca = authority();
const key = generateKey(1024, fill(11), isProbablePrime);
const subject = derName("/O=MyCompany", "phone");
const own = { serial: 77n, notBefore: 0, notAfter: NOW + 1000, key };
const recipient: Signer = { key, certificate: readCertificate(issueCertificate({ ...own, issuer: subject, subject }, SHA_256, key)) };
const granted = issueCertificate({ ...own, issuer: AUTHORITY_NAME, subject }, SHA_256, AUTHORITY_KEY);
const signer: Signer = { key: AUTHORITY_KEY, certificate: ca.certificate };
const expected: Expected = { authority: readAuthority(ca.certificate.der), transaction: TRANSACTION, nonce: NONCE, recipient, now: NOW };

function answered(status: PkiStatus, envelope?: Uint8Array): Uint8Array {
  const head = { type: MessageType.CertRep, transaction: TRANSACTION, senderNonce: NONCE, recipientNonce: NONCE, status };
  return derMessage(head, envelope, signer, SHA_256);
}

const chance = random(SEED);
const envelopeOf = (content: Uint8Array): Uint8Array => derEnvelope(content, recipient.certificate, AES_128, fill(chance(1000)));
const certificates = derCertificates([granted]);
const plain = [answered(PkiStatus.Success, envelopeOf(certificates)), answered(PkiStatus.Pending), answered(PkiStatus.Failure)];
const envelope = envelopeOf(certificates);

/** Half of the edits keep every length, and so come further. */
function edit(bytes: Uint8Array): Uint8Array {
  const at = chance(bytes.length);
  return chance(2) === 0 ? mutate(bytes, chance, TOKENS) : bytes.map((byte, index) => (index === at ? byte ^ (1 << chance(8)) : byte));
}

function fails(t: Test, what: string): void {
  t.fail(`seed ${SEED}, ${what}`);
  t.end();
}

t.test("the answers as they are", (t) => {
  t.same(plain.map((answer) => judgeAnswer(answer, expected).status), [Status.Ok, Status.ScepPending, Status.Rejected]);
  t.end();
});

t.test("mutated answers", (t) => {
  const counts = new Map<string, number>();
  for (let index = 0; index < COUNT; index++) {
    const answer = index % 4 === 0 ? answered(PkiStatus.Success, edit(envelope))
      : index % 4 === 1 ? answered(PkiStatus.Success, envelopeOf(edit(certificates))) : edit(plain[index % 3]!);
    const { status, certificate } = judgeAnswer(answer, expected);
    // What no signature covers may change, the certificate may not.
    const isBelieved = status === Status.Ok ? !sameBytes(certificate!.der, granted) : certificate !== undefined;
    if (isBelieved) return fails(t, `answer ${index} was believed`);
    counts.set(Status[status]!, (counts.get(Status[status]!) ?? 0) + 1);
  }
  t.comment([...counts].map(([name, count]) => `${name} ${count}`).sort().join(", "));
  t.ok(counts.get("BadSignature")! > 0 && counts.get("Malformed")! > 0, "edits of both kinds were refused");
  t.end();
});

t.test("mutated certificates of a CA, and mutated requests at the CA", (t) => {
  const message = messageOf(request(element(), ask(ca, "GetCACert").body));
  const phone = element();
  for (let index = 0; index < COUNT / 3; index++) {
    const { status } = request(phone, edit(ca.certificate.der));
    if (status !== Status.Ok && status !== Status.Malformed) return fails(t, `certificate ${index} came to ${status}`);
    const answer = ask(ca, "PKIOperation", edit(message));
    if (answer.status !== 200 && answer.status !== 400) return fails(t, `request ${index} came to ${answer.status}`);
  }
  t.end();
});
