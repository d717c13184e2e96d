// Certificates of the built-in far end: Ed25519, the same bytes for the same plan, good ones and those that telephones must refuse.
//
// In: names, dates, and who issues. Out: DER (RFC 5280 §4.1, RFC 8410). Keys come from text that anybody can read here: they prove
// nothing about anybody outside this program, and the documents say so.

import { addressParse } from "../network/address.js";
import { sha256 } from "../image/digest.js";
import { ed25519Key, toPem, type Ed25519Key } from "../image/keys.js";
import { clockDigits, dayText } from "./day.js";
import { Tag } from "./der.js";

export interface CertificatePlan {
  /** The common name. */
  readonly subject: string;
  /** DNS names and addresses; none: the certificate has a common name alone. */
  readonly names?: readonly string[];
  readonly notBefore: number;
  readonly notAfter: number;
  readonly key: Ed25519Key;
  /** Undefined: it signs itself. */
  readonly issuer?: { readonly subject: string; readonly key: Ed25519Key };
  /** It may issue others; with how many between them and a server's. */
  readonly authority?: { readonly pathLength?: number };
}

const OID = {
  commonName: [0x55, 0x04, 0x03], ed25519: [0x2b, 0x65, 0x70], alternativeName: [0x55, 0x1d, 0x11],
  basicConstraints: [0x55, 0x1d, 0x13], keyUsage: [0x55, 0x1d, 0x0f],
} as const;
const SERIAL_BYTES = 16;
/** [2] dNSName and [7] iPAddress of GeneralName. */
const DNS_NAME = 0x82;
const IP_ADDRESS = 0x87;
/** keyCertSign, and digitalSignature: bits of KeyUsage with the count of unused ones before. */
const SIGNS_CERTIFICATES = [0x02, 0x04];
const SIGNS_HANDSHAKES = [0x07, 0x80];

/** A key that belongs to a text. */
export function namedKey(text: string): Ed25519Key {
  return ed25519Key(sha256(new TextEncoder().encode(text)));
}

export function makeCertificate(plan: CertificatePlan): Uint8Array {
  const issuer = plan.issuer ?? { subject: plan.subject, key: plan.key };
  const algorithm = sequence(element(Tag.Oid, OID.ed25519));
  const what = new TextEncoder().encode(JSON.stringify({ ...plan, key: plan.key.publicPem, issuer: issuer.subject }));
  const serial = Uint8Array.of(0x40, ...sha256(what).subarray(1, SERIAL_BYTES)); // Positive, and never with leading zeros.
  const body = sequence(
    element(0xa0, element(Tag.Integer, [2])),
    element(Tag.Integer, serial), algorithm, nameOf(issuer.subject), sequence(timeOf(plan.notBefore), timeOf(plan.notAfter)),
    nameOf(plan.subject), plan.key.spki, element(0xa3, sequence(...extensionsOf(plan))),
  );
  return sequence(body, algorithm, element(Tag.BitString, [0, ...issuer.key.sign(body)]));
}

/** PEM of one certificate. */
export function certificatePem(der: Uint8Array): string {
  return toPem("CERTIFICATE", der);
}

function extensionsOf({ names = [], authority }: CertificatePlan): Uint8Array[] {
  const length = authority?.pathLength;
  const constraints = [element(Tag.Boolean, [0xff]), ...(length === undefined ? [] : [element(Tag.Integer, [length])])];
  const usage = element(Tag.BitString, authority === undefined ? SIGNS_HANDSHAKES : SIGNS_CERTIFICATES);
  return [
    ...(authority === undefined ? [] : [extension(OID.basicConstraints, true, sequence(...constraints))]),
    extension(OID.keyUsage, true, usage),
    ...(names.length === 0 ? [] : [extension(OID.alternativeName, false, sequence(...names.map(generalName)))]),
  ];
}

function extension(oid: readonly number[], critical: boolean, value: Uint8Array): Uint8Array {
  const flag = critical ? [element(Tag.Boolean, [0xff])] : [];
  return sequence(element(Tag.Oid, oid), ...flag, element(Tag.OctetString, value));
}

function generalName(name: string): Uint8Array {
  const address = addressParse(name);
  if (address === undefined) return element(DNS_NAME, new TextEncoder().encode(name));
  return element(IP_ADDRESS, [24, 16, 8, 0].map((shift) => (address >>> shift) & 0xff));
}

function nameOf(common: string): Uint8Array {
  return sequence(element(Tag.Set, sequence(element(Tag.Oid, OID.commonName), element(Tag.Utf8, new TextEncoder().encode(common)))));
}

/** GeneralizedTime from 2050 on, as RFC 5280 §4.1.2.5 says. */
function timeOf(ms: number): Uint8Array {
  const text = `${dayText(ms).replaceAll("-", "")}${clockDigits(ms)}Z`;
  const isUtc = text < "2050";
  return element(isUtc ? Tag.UtcTime : Tag.GeneralizedTime, new TextEncoder().encode(isUtc ? text.slice(2) : text));
}

function sequence(...parts: readonly Uint8Array[]): Uint8Array {
  return element(Tag.Sequence, parts.flatMap((part) => [...part]));
}

function element(tag: number, value: ArrayLike<number>): Uint8Array {
  const { length } = value;
  const lengthBytes = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Uint8Array.from([tag, ...lengthBytes, ...Array.from(value)]);
}
