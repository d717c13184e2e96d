// Goal: an answer of a CA is believed in its one form only: type, nonce, signer, content; the CA itself is as strict with those who ask.
// Method: an answer that is believed, with one element of it replaced or one attribute of another kind.

import t from "tap";
import { Status } from "../../../hal/abi.js";
import { AES_128, derAlgorithm, SHA_256 } from "../../../host/scep/algorithms.js";
import { type Expected, judgeAnswer } from "../../../host/scep/answer.js";
import { readAuthority } from "../../../host/scep/authority.js";
import { derRequest, issueCertificate, readCertificate } from "../../../host/scep/certificate.js";
import { derCertificates, derEnvelope, readSignedData, type Signer } from "../../../host/scep/cms.js";
import { der, type Element, MalformedError, parseDer, TAG } from "../../../host/scep/der.js";
import { derOid, hexBytes, readInteger, readOid, readTime } from "../../../host/scep/der-values.js";
import { derMessage, FailInfo, type MessageHead, MessageType, PkiStatus, readMessage } from "../../../host/scep/message.js";
import { derName } from "../../../host/scep/name.js";
import { sign } from "../../../host/scep/rsa.js";
import { AUTHORITY_NAME, type ScepAuthorityOptions } from "../../../host/site/scep/authority.js";
import { AUTHORITY_KEY, REGISTRAR_KEY } from "../../../host/site/scep/keys.js";
import { replaced } from "../../support/replaced.js";
import { ask, authority, fill, NOW } from "../../support/scep.js";

const TRANSACTION = "0123456789ABCDEF";
const nonce = new Uint8Array(16).fill(5);
const ca = authority();
const subject = derName("/O=MyCompany", "phone");
const own = { serial: 77n, notBefore: 0, notAfter: NOW + 1000, key: REGISTRAR_KEY };
const ownCertificate = readCertificate(issueCertificate({ ...own, issuer: subject, subject }, SHA_256, REGISTRAR_KEY));
const recipient: Signer = { key: REGISTRAR_KEY, certificate: ownCertificate };
const granted = issueCertificate({ ...own, issuer: AUTHORITY_NAME, subject }, SHA_256, AUTHORITY_KEY);
const signer: Signer = { key: AUTHORITY_KEY, certificate: ca.certificate };
const expected: Expected = { authority: readAuthority(ca.certificate.der), transaction: TRANSACTION, nonce, recipient, now: NOW };

function answered(head: Partial<MessageHead> = {}, inner = derCertificates([granted])): Uint8Array {
  const whole = {
    type: MessageType.CertRep, transaction: TRANSACTION, senderNonce: nonce, recipientNonce: nonce, status: PkiStatus.Success, ...head,
  };
  return derMessage(whole, derEnvelope(inner, ownCertificate, AES_128, fill(1)), signer, SHA_256);
}

const statusOf = (bytes: Uint8Array): string => Status[judgeAnswer(bytes, expected).status]!;

const edited = (path: readonly number[], by: (element: Element) => Uint8Array[]): Uint8Array =>
  replaced(parseDer(answered()), path, by)[0]!;

const SIGNED = [1, 0];
const CONTENT = [...SIGNED, 2, 1];
const INFOS = [...SIGNED, 4];
const NULL = der(TAG.null);

t.test("each type of message but CertRep is no answer, however well it is signed", (t) => {
  t.equal(statusOf(answered()), "Ok");
  for (const type of [MessageType.PkcsReq, MessageType.RenewalReq, MessageType.GetCertInitial, 0, 33, 999 as MessageType]) {
    t.equal(statusOf(answered({ type: type as MessageType })), "Malformed", `${type}`);
  }
  t.end();
});

t.test("nonces of 1 to 64 bytes are read, others are none", (t) => {
  const at = (bytes: number): string => statusOf(answered({ senderNonce: new Uint8Array(bytes) }));
  t.same([1, 16, 64].map(at), ["Ok", "Ok", "Ok"]);
  t.same([0, 65, 200].map(at), ["Malformed", "Malformed", "Malformed"]);
  t.equal(statusOf(answered({ recipientNonce: new Uint8Array(64) })), "WrongNonce");
  t.equal(statusOf(answered({ recipientNonce: new Uint8Array(65) })), "Malformed");
  t.equal(statusOf(answered({ recipientNonce: nonce.subarray(0, 15) })), "WrongNonce", "the beginning of it");
  t.end();
});

t.test("transactions of 128 visible characters", (t) => {
  t.equal(statusOf(answered({ transaction: "x".repeat(128) })), "WrongTransaction");
  for (const transaction of ["x".repeat(129), "a\nb", "a\x1b[2J", "\xe4"]) t.equal(statusOf(answered({ transaction })), "Malformed");
  t.end();
});

t.test("statuses that are none", (t) => {
  for (const status of [1, 4, 999]) t.equal(statusOf(answered({ status: status as PkiStatus })), "Malformed");
  const padded = answered({ status: "03" as unknown as PkiStatus });
  t.equal(statusOf(padded), "Malformed", "a number is written in one way");
  t.equal(statusOf(answered({ status: PkiStatus.Pending })), "ScepPending");
  t.equal(judgeAnswer(answered({ status: PkiStatus.Failure, failInfo: FailInfo.BadTime }), expected).failInfo, 3);
  t.end();
});

t.test("one content, one signer, and nothing behind them", (t) => {
  const wrong: [string, Uint8Array][] = [
    ["two contents under one tag", edited([1], ({ parts }) => [der(0xa0, parts[0]!.whole, parts[0]!.whole)])],
    ["none", edited([1], () => [der(0xa0)])],
    ["two signed contents", edited(CONTENT, ({ parts }) => [der(0xa0, parts[0]!.whole, NULL)])],
    ["a signed content that is no octets", edited([...CONTENT, 0], ({ whole }) => [Uint8Array.of(0x0c, ...whole.subarray(1))])],
    ["two signers", edited(INFOS, ({ parts }) => [der(TAG.set, parts[0]!.whole, parts[0]!.whole)])],
    ["no signer", edited(INFOS, () => [der(TAG.set)])],
    ["a signer with more", edited([...INFOS, 0], ({ parts }) => [der(TAG.sequence, ...parts.map(({ whole }) => whole), NULL)])],
    ["signed data with more", edited(SIGNED, ({ parts }) => [der(TAG.sequence, ...parts.map(({ whole }) => whole), NULL)])],
    ["seventeen certificates", edited([...SIGNED, 3], ({ parts }) => [der(0xa0, ...Array.from({ length: 17 }, () => parts[0]!.whole))])],
    ["enveloped instead of signed", derEnvelope(answered(), ownCertificate, AES_128, fill(1))],
  ];
  for (const [what, bytes] of wrong) t.equal(statusOf(bytes), "Malformed", what);
  const unsigned = edited([...INFOS, 0], ({ parts }) => [der(TAG.sequence, ...parts.map(({ whole }) => whole), der(0xa1))]);
  t.equal(statusOf(unsigned), "Ok", "attributes that nobody signed are passed over");
  const without = edited(CONTENT, () => []);
  t.equal(statusOf(without), "BadSignature", "the digest was that of something");
  for (const oid of ["1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4"]) {
    const others = (parts: readonly Element[]): Uint8Array[] =>
      parts.filter(({ parts: [name] }) => readOid(name!) !== oid).map(({ whole }) => whole);
    t.equal(statusOf(edited([...INFOS, 0, 3], ({ parts }) => [der(0xa0, ...others(parts))])), "BadSignature", `without ${oid}`);
  }
  t.equal(statusOf(edited([...INFOS, 0, 3], ({ parts }) => [der(0xa0, ...[...parts, parts[0]!].map(({ whole }) => whole))])), "Malformed",
    "an attribute twice");
  t.end();
});

t.test("what is inside the envelope", (t) => {
  t.equal(statusOf(answered({}, derCertificates([]))), "Malformed", "no certificate");
  t.equal(statusOf(answered({}, granted)), "Malformed", "a certificate without its wrapping");
  t.equal(statusOf(answered({}, derCertificates([ca.certificate.der]))), "KeyMismatch");
  t.equal(statusOf(answered({}, derCertificates([ca.certificate.der, granted]))), "Ok", "the CA's beside ours");
  t.equal(statusOf(answered({}, derCertificates([ownCertificate.der]))), "NotSignedByCa", "the one that we signed ourselves");
  t.equal(readSignedData(derCertificates([granted])).content, undefined);
  t.end();
});

/** With other signed attributes, and a signature over them. */
function resigned(by: (attribute: Element) => Uint8Array[]): Uint8Array {
  const changed = edited([...INFOS, 0, 3], ({ parts }) => [der(0xa0, ...parts.flatMap(by))]);
  const info = INFOS.reduce((element, at) => element.parts[at]!, parseDer(changed)).parts[0]!;
  const message = der(TAG.set, ...info.parts[3]!.parts.map(({ whole }) => whole));
  const signature = der(TAG.octetString, sign(AUTHORITY_KEY, SHA_256, message));
  return replaced(parseDer(changed), [...INFOS, 0, 5], () => [signature])[0]!;
}

t.test("signed attributes say that data was signed, once", (t) => {
  const withType = (...values: readonly Uint8Array[]): Uint8Array => resigned(({ whole, parts: [name] }) =>
    [readOid(name!) === "1.2.840.113549.1.9.3" ? der(TAG.sequence, name!.whole, der(TAG.set, ...values)) : whole]);
  const data = derOid("1.2.840.113549.1.7.1");
  t.equal(statusOf(withType(data)), "Ok");
  t.equal(statusOf(withType(derOid("1.2.840.113549.1.7.2"))), "BadSignature", "another type");
  t.equal(statusOf(withType(data, data)), "Malformed", "two values");
  t.equal(statusOf(withType()), "Malformed", "none");
  t.end();
});

t.test("signer and recipient are named by issuer and serial number, and sign and decrypt with RSA of PKCS#1", (t) => {
  t.equal(statusOf(edited([...INFOS, 0, 1, 0], () => [derName("", "another CA")])), "BadSignature");
  t.equal(statusOf(edited([...INFOS, 0, 4], () => [derAlgorithm("1.2.840.113549.1.1.10")])), "Malformed", "PSS");
  t.equal(statusOf(edited([...INFOS, 0, 4], () => [derAlgorithm(SHA_256.withRsa)])), "Ok");
  const to = (more: object, cipher = AES_128): string => {
    const other = { ...ownCertificate, ...more };
    const head = { type: MessageType.CertRep, transaction: TRANSACTION, senderNonce: nonce, recipientNonce: nonce, status: 0 };
    return statusOf(derMessage(head, derEnvelope(derCertificates([granted]), other, cipher, fill(1)), signer, SHA_256));
  };
  t.equal(to({}), "Ok");
  t.equal(to({ serial: 78n }), "WrongRecipient");
  t.equal(to({ issuer: ca.certificate.issuer }), "WrongRecipient");
  t.equal(to({ key: AUTHORITY_KEY }), "WrongRecipient");
  t.equal(to({}, { ...AES_128, keyBytes: 32 }), "Malformed", "a key of another length than the cipher's");
  t.end();
});

t.test("validity has two ends, both included", (t) => {
  const plan = { ...own, issuer: AUTHORITY_NAME, subject, notBefore: 1000, notAfter: 2000 };
  const certificate = issueCertificate(plan, SHA_256, AUTHORITY_KEY);
  const bytes = answered({}, derCertificates([certificate]));
  t.same([999, 1000, 2000, 2001].map((now) => Status[judgeAnswer(bytes, { ...expected, now }).status]),
    ["NotYetValid", "Ok", "Ok", "Expired"]);
  t.end();
});

t.test("numbers, identifiers and days have one spelling", (t) => {
  for (const hex of ["02020001", "0202007f", "0201ff", "0200", "020180", "030100"]) {
    t.throws(() => readInteger(parseDer(hexBytes(hex))), MalformedError, hex);
  }
  for (const hex of ["0600", "06028055", "0603558004", "0602558a", "060755ffffffffff7f"]) {
    t.throws(() => readOid(parseDer(hexBytes(hex))), MalformedError, hex);
  }
  const time = (text: string): number => readTime({ tag: TAG.utcTime, content: new TextEncoder().encode(text), whole: nonce, parts: [] });
  t.equal(time("240229000000Z"), 1709164800);
  for (const text of ["250229000000Z", "240431000000Z", "240100000000Z", "240101240000Z", "2401010000Z", "240101000000+0100"]) {
    t.throws(() => time(text), MalformedError, text);
  }
  t.end();
});

/** A certificate of the CA's key with other extensions; the signature does not matter to whoever only reads it. */
function extended(...extensions: readonly Uint8Array[]): Uint8Array {
  return replaced(parseDer(granted), [0, 7], () => [der(0xa3, der(TAG.sequence, ...extensions))])[0]!;
}

t.test("extensions: each once, of the form it has", (t) => {
  const constraints = (value: string, more = ""): Uint8Array => {
    const inner = hexBytes(value);
    return der(TAG.sequence, hexBytes("0603551d13"), der(TAG.octetString, inner), hexBytes(more));
  };
  const usage = (value: string): Uint8Array => der(TAG.sequence, hexBytes("0603551d0f"), der(TAG.octetString, hexBytes(value)));
  const isAuthority = (value: string): boolean => readCertificate(extended(constraints(value))).isAuthority;
  t.same(["30030101ff", "3003010101", "3003010100", "30020100", "3000", "3003020101"].map(isAuthority),
    [true, true, false, false, false, false]);
  const wrong = [
    extended(constraints("3000"), constraints("30030101ff")), extended(constraints("0101ff")), extended(constraints("3000", "0500")),
    extended(usage("0401a0")), extended(usage("03")),
    replaced(parseDer(extended(constraints("3000"))), [0, 0], () => [])[0]!,
    replaced(parseDer(granted), [0, 7], ({ whole }) => [whole, NULL])[0]!,
    replaced(parseDer(granted), [0], ({ parts }) => [der(TAG.sequence, ...parts.slice(1, 7).map(({ whole }) => whole), NULL)])[0]!,
  ];
  for (const bytes of wrong) t.throws(() => readCertificate(bytes), MalformedError);
  const uses = (value: string): boolean[] => {
    const { encrypts, signs } = readCertificate(extended(usage(value)));
    return [encrypts, signs];
  };
  t.same(["030205a0", "03020520", "03020780", "03020640", "030100", "03020204"].map(uses),
    [[true, true], [true, false], [false, true], [false, true], [false, false], [false, false]]);
  t.end();
});

/** What the site's CA answers to a request that this signer made. */
function asked(options: Partial<ScepAuthorityOptions>, by: Signer, type: MessageType, transaction = TRANSACTION): string {
  const site = authority(options);
  const request = derEnvelope(derRequest(subject, SHA_256, REGISTRAR_KEY), site.certificate, AES_128, fill(2));
  const message = derMessage({ type, transaction, senderNonce: nonce }, request, by, SHA_256);
  const { status, body } = ask(site, "PKIOperation", message);
  if (status !== 200) return String(status);
  const { status: pkiStatus, failInfo = -1 } = readMessage(body);
  return `${PkiStatus[pkiStatus!]} ${failInfo}`;
}

t.test("the site's CA: a renewal is for those who have a certificate of it, with its password or without", (t) => {
  const known: Signer = { key: REGISTRAR_KEY, certificate: readCertificate(granted) };
  const options = { challenge: "secret" };
  t.equal(asked(options, recipient, MessageType.PkcsReq), `Failure ${FailInfo.BadRequest}`);
  t.equal(asked(options, recipient, MessageType.RenewalReq), `Failure ${FailInfo.BadMessageCheck}`);
  t.equal(asked(options, known, MessageType.RenewalReq), "Success -1");
  t.equal(asked({}, recipient, MessageType.PkcsReq), "Success -1");
  t.equal(asked({}, recipient, MessageType.PkcsReq, "a\nb"), "400", "no second line in its log");
  t.end();
});

t.test("the site's CA: who did not sign, or asks for somebody else, gets nothing", (t) => {
  const stranger: Signer = { key: AUTHORITY_KEY, certificate: ownCertificate };
  t.equal(asked({}, stranger, MessageType.PkcsReq), "400");
  const site = authority({ decision: "pending" });
  const tell = (type: MessageType, content: Uint8Array): number | undefined => {
    const envelope = derEnvelope(content, site.certificate, AES_128, fill(2));
    const message = derMessage({ type, transaction: TRANSACTION, senderNonce: nonce }, envelope, recipient, SHA_256);
    return readMessage(ask(site, "PKIOperation", message).body).status;
  };
  const named = (name: Uint8Array): Uint8Array => der(TAG.sequence, AUTHORITY_NAME, name);
  t.equal(tell(MessageType.PkcsReq, derRequest(subject, SHA_256, REGISTRAR_KEY)), PkiStatus.Pending);
  t.equal(tell(MessageType.GetCertInitial, named(derName("", "another"))), PkiStatus.Failure);
  t.equal(tell(MessageType.GetCertInitial, named(subject)), PkiStatus.Pending);
  t.end();
});

t.test("the site's CA: what a target says that is none", (t) => {
  const get = (target: string): number =>
    ca.handler({ method: "GET", target, minor: 1, headers: new Map(), body: new Uint8Array(0) }).status;
  t.same(["//[", "*", "http://[", "/scep?operation", "/scep?operation=%", "/?operation=PKIOperation&message=%"].map(get),
    [400, 400, 400, 400, 400, 400]);
  t.equal(get("http://ca:80/x?operation=GetCACaps"), 200);
  t.end();
});

t.test("the site's CA names who asked, and not a certificate that came along", (t) => {
  const lines: string[] = [];
  const site = authority({ onDecision: (line) => lines.push(line) });
  const request = derEnvelope(derRequest(subject, SHA_256, REGISTRAR_KEY), site.certificate, AES_128, fill(2));
  const head = { type: MessageType.PkcsReq, transaction: TRANSACTION, senderNonce: nonce };
  ask(site, "PKIOperation", derMessage(head, request, recipient, SHA_256, [ca.certificate.der, ownCertificate.der]));
  t.same(lines, [`PkcsReq ${TRANSACTION} /O=MyCompany/CN=phone: Success`]);
  t.end();
});
