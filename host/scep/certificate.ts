// X.509 certificates as far as SCEP needs them (RFC 5280 §4.1): read, signed by a key, checked against an issuer.
//
// In: DER, names and keys. Out: a `Certificate` whose fields are bytes of the DER. It builds no chains: an issuer is one step away.

import { context, der, type Element, Fields, MalformedError, parseDer, sameBytes, TAG } from "./der.js";
import { derBitString, derInteger, derOid, derTime, readBitString, readInteger, readOid, readTime } from "./der-values.js";
import { derAlgorithm, type Digest, digestOf, DIGESTS, SHA_1, SHA_256 } from "./algorithms.js";
import { readName } from "./name.js";
import { derPublicKey, readPublicKey, type RsaPrivateKey, type RsaPublicKey, sign, verify } from "./rsa.js";

export interface Certificate {
  readonly der: Uint8Array;
  readonly serial: bigint;
  readonly issuer: Element;
  readonly subject: Element;
  /** Seconds since 1970, both included. */
  readonly notBefore: number;
  readonly notAfter: number;
  readonly key: RsaPublicKey;
  /** It may sign certificates. */
  readonly isAuthority: boolean;
  /** Keys may be encrypted for it: no key usage says otherwise. */
  readonly encrypts: boolean;
  /** Messages may be signed by it. */
  readonly signs: boolean;
  readonly body: Uint8Array;
  readonly digest: Digest | undefined;
  readonly signature: Uint8Array;
}

const VERSION_3 = 2;
const BASIC_CONSTRAINTS = "2.5.29.19";
const KEY_USAGE = "2.5.29.15";
/** RFC 5280 allows 20; clients put a transaction's name into that of their own certificate. */
const SERIAL_BYTES_MAX = 64;

export interface CertificatePlan {
  readonly serial: bigint;
  /** DER of Names. */
  readonly issuer: Uint8Array;
  readonly subject: Uint8Array;
  readonly notBefore: number;
  readonly notAfter: number;
  readonly key: RsaPublicKey;
  readonly isAuthority?: boolean;
}

export function issueCertificate(plan: CertificatePlan, digest: Digest, issuerKey: RsaPrivateKey): Uint8Array {
  const { serial, issuer, subject, notBefore, notAfter, key } = plan;
  const body = der(
    TAG.sequence,
    der(context(0), derInteger(VERSION_3)),
    derInteger(serial),
    derAlgorithm(digest.withRsa),
    issuer,
    der(TAG.sequence, derTime(notBefore), derTime(notAfter)),
    subject,
    derPublicKey(key),
    der(context(3), der(TAG.sequence, ...extensions(plan.isAuthority === true))),
  );
  return derSigned(body, digest, issuerKey);
}

/** What is signed, the algorithm, the signature: the outer form of certificates and requests. */
export function derSigned(body: Uint8Array, digest: Digest, key: RsaPrivateKey): Uint8Array {
  return der(TAG.sequence, body, derAlgorithm(digest.withRsa), derBitString(sign(key, digest, body)));
}

/** The parts of that form; undefined for a digest that is not known here. */
export function readSigned(whole: Element): { body: Element; algorithm: Uint8Array; digest: Digest | undefined; signature: Uint8Array } {
  const fields = new Fields(whole);
  const body = fields.next(TAG.sequence);
  const algorithm = fields.next(TAG.sequence);
  const signature = readBitString(fields.next());
  fields.end();
  const oid = readOid(new Fields(algorithm).next());
  return { body, algorithm: algorithm.whole, digest: DIGESTS.find((each) => each.withRsa === oid), signature };
}

function extensions(isAuthority: boolean): Uint8Array[] {
  const usage = Uint8Array.of(TAG.bitString, 2, isAuthority ? 1 : 5, isAuthority ? 0xa6 : 0xa0);
  const constraints = isAuthority ? der(TAG.sequence, der(TAG.boolean, Uint8Array.of(0xff))) : der(TAG.sequence);
  return [critical(BASIC_CONSTRAINTS, constraints), critical(KEY_USAGE, usage)];
}

function critical(oid: string, value: Uint8Array): Uint8Array {
  return der(TAG.sequence, derOid(oid), der(TAG.boolean, Uint8Array.of(0xff)), der(TAG.octetString, value));
}

/** Reads one certificate. Throws `MalformedError`, also for a key that is not RSA's. */
export function readCertificate(bytes: Uint8Array): Certificate {
  const { body, algorithm, digest, signature } = readSigned(parseDer(bytes));
  const fields = new Fields(body);
  const version = fields.optional(context(0));
  const serial = fields.next(TAG.integer);
  if (!sameBytes(fields.next().whole, algorithm)) throw new MalformedError("a certificate with two signature algorithms");
  const issuer = readName(fields.next());
  const validity = new Fields(fields.next());
  const [notBefore, notAfter] = [readTime(validity.next()), readTime(validity.next())];
  validity.end();
  const subject = readName(fields.next());
  const key = readPublicKey(fields.next());
  const found = readExtensions(fields);
  if (version === undefined && found.length > 0) throw new MalformedError("extensions before version 3");
  if (serial.content.length > SERIAL_BYTES_MAX) throw new MalformedError("a serial number without end");
  return {
    der: bytes, serial: readInteger(serial), issuer, subject, notBefore, notAfter, key, body: body.whole, digest, signature,
    ...usesOf(found),
  };
}

interface Extension {
  readonly oid: string;
  readonly value: Uint8Array;
}

function readExtensions(fields: Fields): Extension[] {
  fields.optional(context(1, false));
  fields.optional(context(2, false));
  const list = fields.optional(context(3));
  fields.end();
  if (list === undefined) return [];
  const found = new Fields(list.parts[0]).rest().map((extension) => {
    const parts = new Fields(extension);
    const oid = readOid(parts.next());
    parts.optional(TAG.boolean);
    const value = parts.next(TAG.octetString).content;
    parts.end();
    return { oid, value };
  });
  if (new Set(found.map(({ oid }) => oid)).size < found.length) throw new MalformedError("an extension twice"); // RFC 5280 §4.2
  return found;
}

function usesOf(found: readonly Extension[]): Pick<Certificate, "isAuthority" | "encrypts" | "signs"> {
  const value = (oid: string, tag: number): Element | undefined => {
    const extension = found.find((each) => each.oid === oid);
    const element = extension === undefined ? undefined : parseDer(extension.value);
    if (element !== undefined && element.tag !== tag) throw new MalformedError("an extension of another form");
    return element;
  };
  const flag = value(BASIC_CONSTRAINTS, TAG.sequence)?.parts[0];
  const bits = value(KEY_USAGE, TAG.bitString);
  const usage = bits === undefined ? undefined : (bits.content[1] ?? 0);
  return {
    isAuthority: flag?.tag === TAG.boolean && flag.content.length === 1 && flag.content[0] !== 0,
    encrypts: usage === undefined || (usage & 0x20) !== 0,
    signs: usage === undefined || (usage & 0xc0) !== 0,
  };
}

/** True when the issuer's name and key fit. */
export function isIssuedBy(certificate: Certificate, issuer: Certificate): boolean {
  const { digest, body, signature } = certificate;
  if (digest === undefined || !sameBytes(certificate.issuer.whole, issuer.subject.whole)) return false;
  return verify(issuer.key, digest, body, signature);
}

export function sameKey(left: RsaPublicKey, right: RsaPublicKey): boolean {
  return left.n === right.n && left.e === right.e;
}

/** SHA-1 of 40 hex digits or SHA-256 of 64, as people read it out. */
export function hasFingerprint({ der: bytes }: Certificate, fingerprint: Uint8Array): boolean {
  return [SHA_1, SHA_256].some((digest) => sameBytes(digestOf(digest, bytes), fingerprint));
}

/** PKCS#10 CertificationRequest without attributes (RFC 2986 §4). */
export function derRequest(subject: Uint8Array, digest: Digest, key: RsaPrivateKey): Uint8Array {
  return derSigned(der(TAG.sequence, derInteger(0), subject, derPublicKey(key), der(context(0))), digest, key);
}

export interface CertificateRequest {
  readonly subject: Element;
  readonly key: RsaPublicKey;
  /** The password that a CA may ask for (RFC 2985 §5.4.1). */
  readonly challenge: string | undefined;
}

const CHALLENGE_PASSWORD = "1.2.840.113549.1.9.7";

/** Reads a request and checks its signature: whoever asks has the key. */
export function readRequest(bytes: Uint8Array): CertificateRequest {
  const { body, digest, signature } = readSigned(parseDer(bytes));
  const fields = new Fields(body);
  fields.next(TAG.integer);
  const subject = readName(fields.next());
  const key = readPublicKey(fields.next());
  if (digest === undefined || !verify(key, digest, body.whole, signature)) throw new MalformedError("the request's signature is wrong");
  const attribute = (fields.optional(context(0))?.parts ?? []).find((each) => readOid(new Fields(each).next()) === CHALLENGE_PASSWORD);
  const value = attribute?.parts[1]?.parts[0]?.content;
  return { subject, key, challenge: value === undefined ? undefined : String.fromCharCode(...value.subarray(0, 255)) };
}
