// CMS as SCEP uses it (RFC 5652): SignedData with one signer and signed attributes, EnvelopedData for one RSA recipient.
//
// In: contents, certificates, keys. Out: DER, and what was in it after the signature was checked. Signer and recipient are named by
// issuer and serial number. What is read may be BER with indefinite lengths.

import { context, der, derSetOf, type Element, Fields, MalformedError, parseDer, sameBytes, TAG } from "./der.js";
import { derInteger, derOid, readInteger, readOctets, readOid } from "./der-values.js";
import {
  type Cipher, decrypt, derAlgorithm, derCipher, type Digest, digestOf, encrypt, readAlgorithm, readCipher, readDigest, RSA_ENCRYPTION,
} from "./algorithms.js";
import { type Certificate, readCertificate } from "./certificate.js";
import { decryptKey, encryptKey, type FillRandom, type RsaPrivateKey, sign, verify } from "./rsa.js";

const DATA = "1.2.840.113549.1.7.1";
const SIGNED_DATA = "1.2.840.113549.1.7.2";
const ENVELOPED_DATA = "1.2.840.113549.1.7.3";
const CONTENT_TYPE = "1.2.840.113549.1.9.3";
const MESSAGE_DIGEST = "1.2.840.113549.1.9.4";
const OCTETS_IN_PIECES = 0x24;
/** A chain from a device to its root. */
const CERTIFICATE_COUNT_MAX = 16;

export interface Attribute {
  readonly oid: string;
  /** DER of its only value. */
  readonly value: Uint8Array;
}

export interface Signer {
  readonly certificate: Certificate;
  readonly key: RsaPrivateKey;
}

function derContentInfo(oid: string, content: Uint8Array): Uint8Array {
  return der(TAG.sequence, derOid(oid), der(context(0), content));
}

function derAttribute({ oid, value }: Attribute): Uint8Array {
  return der(TAG.sequence, derOid(oid), der(TAG.set, value));
}

function derIssuerAndSerial({ issuer, serial }: Certificate): Uint8Array {
  return der(TAG.sequence, issuer.whole, derInteger(serial));
}

/** ContentInfo with SignedData. Without content (a refusal, a pending answer) the digest is that of nothing. */
export function derSignedData(
  content: Uint8Array | undefined, attributes: readonly Attribute[], signer: Signer, digest: Digest,
  certificates: readonly Uint8Array[] = [signer.certificate.der],
): Uint8Array {
  const list = [
    { oid: CONTENT_TYPE, value: derOid(DATA) },
    { oid: MESSAGE_DIGEST, value: der(TAG.octetString, digestOf(digest, content ?? new Uint8Array(0))) },
    ...attributes,
  ].map(derAttribute);
  const info = der(
    TAG.sequence,
    derInteger(1),
    derIssuerAndSerial(signer.certificate),
    derAlgorithm(digest.oid),
    derSetOf(context(0), list),
    derAlgorithm(RSA_ENCRYPTION),
    der(TAG.octetString, sign(signer.key, digest, derSetOf(TAG.set, list))),
  );
  const inner = der(TAG.sequence, derOid(DATA), ...(content === undefined ? [] : [der(context(0), der(TAG.octetString, content))]));
  return derContentInfo(SIGNED_DATA, der(
    TAG.sequence, derInteger(1), der(TAG.set, derAlgorithm(digest.oid)), inner, der(context(0), ...certificates), der(TAG.set, info),
  ));
}

/** SignedData that only carries certificates. */
export function derCertificates(certificates: readonly Uint8Array[]): Uint8Array {
  const inner = der(TAG.sequence, derOid(DATA));
  return derContentInfo(SIGNED_DATA, der(
    TAG.sequence, derInteger(1), der(TAG.set), inner, der(context(0), ...certificates), der(TAG.set),
  ));
}

export interface SignedData {
  readonly content: Uint8Array | undefined;
  readonly certificates: readonly Certificate[];
  readonly signerInfos: readonly Element[];
}

export function readSignedData(bytes: Uint8Array): SignedData {
  const fields = new Fields(readContentInfo(bytes, SIGNED_DATA));
  fields.next(TAG.integer);
  fields.next(TAG.set);
  const inner = new Fields(fields.next());
  if (readOid(inner.next()) !== DATA) throw new MalformedError("signed content that is no data");
  const explicit = inner.optional(context(0));
  inner.end();
  const list = fields.optional(context(0))?.parts ?? [];
  fields.optional(context(1));
  const signerInfos = new Fields(fields.next(TAG.set), TAG.set).rest();
  fields.end();
  if (list.length > CERTIFICATE_COUNT_MAX) throw new MalformedError("more certificates than a chain has");
  const content = explicit === undefined ? undefined : readContent(only(explicit));
  return { content, certificates: list.map(({ whole }) => readCertificate(whole)), signerInfos };
}

/** What an explicit tag holds. */
function only({ parts: [part, ...more] }: Element): Element {
  if (part === undefined || more.length > 0) throw new MalformedError("a tag around none or several");
  return part;
}

function readContent(element: Element): Uint8Array {
  if (element.tag !== TAG.octetString && element.tag !== OCTETS_IN_PIECES) throw new MalformedError("content that is no octets");
  return readOctets(element);
}

function readContentInfo(bytes: Uint8Array, oid: string): Element {
  const fields = new Fields(parseDer(bytes));
  const found = readOid(fields.next());
  const content = only(fields.next(context(0)));
  fields.end();
  if (found !== oid) throw new MalformedError(`content of another type: ${found}`);
  return content;
}

export interface SignerInfo {
  readonly issuer: Element;
  readonly serial: bigint;
  readonly digest: Digest;
  readonly attributes: ReadonlyMap<string, Element>;
  /** True when the certificate's key made the signature and the content's digest is the one that was signed. */
  verifies(certificate: Certificate): boolean;
}

/** The only signer of a message. */
export function readSigner({ signerInfos, content }: SignedData): SignerInfo {
  const [info, ...more] = signerInfos;
  if (more.length > 0) throw new MalformedError("several signers");
  const fields = new Fields(info);
  fields.next(TAG.integer);
  const { issuer, serial } = readIssuerAndSerial(fields.next());
  const digest = readDigest(fields.next());
  const signed = fields.next(context(0));
  const algorithm = readAlgorithm(fields.next());
  const signature = readOctets(fields.next(TAG.octetString));
  fields.optional(context(1));
  fields.end();
  if (algorithm !== RSA_ENCRYPTION && algorithm !== digest.withRsa) throw new MalformedError("a signature that is not RSA's");
  const attributes = readAttributes(signed);
  const isData = equalsValue(attributes.get(CONTENT_TYPE), derOid(DATA));
  const hashed = der(TAG.octetString, digestOf(digest, content ?? new Uint8Array(0)));
  const isContent = equalsValue(attributes.get(MESSAGE_DIGEST), hashed);
  // Signed is the SET OF in DER, whatever form it was sent in (RFC 5652 §5.4).
  const message = der(TAG.set, ...signed.parts.map(({ whole }) => whole));
  return {
    issuer, serial, digest, attributes,
    verifies: (certificate) => isData && isContent && verify(certificate.key, digest, message, signature),
  };
}

function equalsValue(element: Element | undefined, value: Uint8Array): boolean {
  return element !== undefined && sameBytes(element.whole, value);
}

/** Each attribute at most once, with one value. */
function readAttributes(set: Element): Map<string, Element> {
  const attributes = new Map<string, Element>();
  for (const part of set.parts) {
    const fields = new Fields(part);
    const oid = readOid(fields.next());
    const values = new Fields(fields.next(TAG.set), TAG.set).rest();
    if (attributes.has(oid) || values.length !== 1) throw new MalformedError("an attribute twice");
    attributes.set(oid, values[0]!);
  }
  return attributes;
}

function readIssuerAndSerial(element: Element): { issuer: Element; serial: bigint } {
  const fields = new Fields(element);
  const issuer = fields.next(TAG.sequence);
  const serial = readInteger(fields.next());
  fields.end();
  return { issuer, serial };
}

/** ContentInfo with EnvelopedData for one recipient. */
export function derEnvelope(content: Uint8Array, recipient: Certificate, cipher: Cipher, random: FillRandom): Uint8Array {
  const key = new Uint8Array(cipher.keyBytes);
  const iv = new Uint8Array(cipher.blockBytes);
  random(key);
  random(iv);
  const secret = der(TAG.octetString, encryptKey(recipient.key, key, random));
  const info = der(TAG.sequence, derInteger(0), derIssuerAndSerial(recipient), derAlgorithm(RSA_ENCRYPTION), secret);
  const encrypted = der(context(0, false), encrypt(cipher, key, iv, content));
  return derContentInfo(ENVELOPED_DATA, der(
    TAG.sequence, derInteger(0), der(TAG.set, info), der(TAG.sequence, derOid(DATA), derCipher(cipher, iv), encrypted),
  ));
}

export interface Envelope {
  readonly cipher: Cipher;
  /** The content, or undefined where it is for somebody else. Throws when what is inside is damaged. */
  open(recipient: Signer): Uint8Array | undefined;
}

export function readEnvelope(bytes: Uint8Array): Envelope {
  const fields = new Fields(readContentInfo(bytes, ENVELOPED_DATA));
  fields.next(TAG.integer);
  const recipients = new Fields(fields.next(TAG.set), TAG.set).rest().map(readRecipient);
  const inner = new Fields(fields.next());
  fields.optional(context(1));
  fields.end();
  if (readOid(inner.next()) !== DATA) throw new MalformedError("encrypted content that is no data");
  const { cipher, iv } = readCipher(inner.next());
  const part = inner.next();
  inner.end();
  if (part.tag !== context(0, false) && part.tag !== context(0)) throw new MalformedError("no encrypted content");
  const encrypted = readOctets(part);
  return {
    cipher,
    open: ({ certificate, key }) => {
      const isMine = ({ issuer, serial }: Recipient): boolean =>
        serial === certificate.serial && sameBytes(issuer.whole, certificate.issuer.whole);
      const mine = recipients.find(isMine);
      const secret = mine === undefined ? undefined : decryptKey(key, mine.secret);
      if (secret === undefined) return undefined;
      if (secret.length !== cipher.keyBytes) throw new MalformedError("a content key of another length");
      return decrypt(cipher, secret, iv, encrypted);
    },
  };
}

interface Recipient {
  readonly issuer: Element;
  readonly serial: bigint;
  readonly secret: Uint8Array;
}

function readRecipient(element: Element): Recipient {
  const fields = new Fields(element);
  fields.next(TAG.integer);
  const { issuer, serial } = readIssuerAndSerial(fields.next());
  if (readAlgorithm(fields.next()) !== RSA_ENCRYPTION) throw new MalformedError("a key that is not encrypted with RSA");
  const secret = readOctets(fields.next(TAG.octetString));
  fields.end();
  return { issuer, serial, secret };
}
