// What a certificate says, as far as a telephone looks at it (RFC 5280 §4).
//
// In: DER. Out: validity, the names in words, and the extensions. It verifies nothing: signatures are for whoever has the cryptography.

import { derElements, derInside, derOid, derTime, Tag, type Element } from "./der.js";

export interface Extension {
  readonly oid: string;
  readonly critical: boolean;
  readonly value: Uint8Array;
}

export interface Certificate {
  readonly der: Uint8Array;
  /** Milliseconds since 1970; both instants belong to the validity. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** DER of the names, to be compared byte by byte. */
  readonly subject: Uint8Array;
  readonly issuer: Uint8Array;
  readonly signature: string;
  readonly extensions: readonly Extension[];
}

/** Larger than any certificate of a server that telephones ask. */
export const CERTIFICATE_BYTES_MAX = 16_384;
const EXPLICIT_VERSION = 0xa0;
const EXPLICIT_EXTENSIONS = 0xa3;
const BASIC_CONSTRAINTS = "2.5.29.19";
const COMMON_NAME = "2.5.4.3";

/** Reads one certificate. Throws a RangeError in words for anything else. */
export function readCertificate(der: Uint8Array): Certificate {
  if (der.length > CERTIFICATE_BYTES_MAX) throw new RangeError(`it has more than ${CERTIFICATE_BYTES_MAX} bytes`);
  const [body, , bits, ...rest] = derInside(der, Tag.Sequence);
  if (body === undefined || bits?.tag !== Tag.BitString || rest.length > 0) throw new RangeError("it is no certificate");
  const parts = derInside(body.bytes, Tag.Sequence);
  if (parts[0]?.tag === EXPLICIT_VERSION) parts.shift();
  const [, algorithm, issuer, validity, subject, , ...optional] = parts;
  if (algorithm === undefined || issuer === undefined || validity === undefined || subject === undefined) {
    throw new RangeError("a part of it is missing");
  }
  const [notBefore, notAfter] = derInside(validity.bytes, Tag.Sequence);
  const [signature] = derInside(algorithm.bytes, Tag.Sequence);
  if (notBefore === undefined || notAfter === undefined || signature === undefined) throw new RangeError("a part of it is missing");
  return {
    der, notBefore: derTime(notBefore), notAfter: derTime(notAfter), issuer: issuer.bytes, subject: subject.bytes,
    signature: derOid(signature.value),
    extensions: extensionsOf(optional.find(({ tag }) => tag === EXPLICIT_EXTENSIONS)),
  };
}

function extensionsOf(element: Element | undefined): Extension[] {
  if (element === undefined) return [];
  return derInside(element.value, Tag.Sequence).map(({ bytes }) => {
    const parts = derInside(bytes, Tag.Sequence);
    const [id, value] = [parts[0], parts[parts.length - 1]];
    if (id?.tag !== Tag.Oid || value?.tag !== Tag.OctetString) throw new RangeError("an extension is malformed");
    const critical = parts.length === 3 && parts[1]!.tag === Tag.Boolean && parts[1]!.value[0] !== 0;
    return { oid: derOid(id.value), critical, value: value.value };
  });
}

/** How many certificates may stand between this one and a server's; undefined where it may not issue any (RFC 5280 §4.2.1.9). */
export function pathLengthOf(certificate: Certificate): number | undefined {
  const extension = certificate.extensions.find(({ oid }) => oid === BASIC_CONSTRAINTS);
  if (extension === undefined) return undefined;
  const [authority, length] = derInside(extension.value, Tag.Sequence);
  if (authority?.tag !== Tag.Boolean || authority.value[0] === 0) return undefined;
  return length?.tag === Tag.Integer ? length.value.reduce((sum, byte) => sum * 256 + byte, 0) : Number.POSITIVE_INFINITY;
}

/** A name in words: its common name, or the last part that it has. */
export function nameText(name: Uint8Array): string {
  const parts = derInside(name, Tag.Sequence).flatMap(({ value }) => derElements(value)).map(({ value }) => derElements(value));
  const common = parts.find(([id]) => id !== undefined && derOid(id.value) === COMMON_NAME) ?? parts[parts.length - 1];
  const text = common?.[1];
  if (text === undefined) return "";
  return text.tag === Tag.Utf8 ? new TextDecoder().decode(text.value) : String.fromCharCode(...text.value);
}
