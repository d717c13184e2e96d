// PEM files of certificates: text with base64 between two lines (RFC 7468 §5).
//
// In: the bytes of a file that somebody served or named. Out: its certificates as DER, each of which can be read, or a RangeError in
// words. Text between the blocks is ignored, as the standard says; any other block is refused, a private key above all.

import { readCertificate } from "./certificate.js";

/** What the telephone takes of one file. */
export const PEM_BYTES_MAX = 65_536;
export const PEM_CERTIFICATES_MAX = 16;

/** The certificates of a file, in its order; at least one. */
export function certificatesOfPem(file: Uint8Array): Uint8Array[] {
  if (file.length > PEM_BYTES_MAX) throw new RangeError(`it has more than ${PEM_BYTES_MAX} bytes`);
  const text = new TextDecoder("latin1").decode(file);
  const blocks = [...text.matchAll(/-----BEGIN ([A-Z0-9 ]{1,64})-----([^-]*)-----END \1-----/g)];
  const begun = text.split("-----BEGIN ").length - 1;
  if (begun !== blocks.length) throw new RangeError("a block of it has no end, or another than its beginning");
  if (blocks.length === 0) throw new RangeError("it holds no -----BEGIN CERTIFICATE-----");
  if (blocks.length > PEM_CERTIFICATES_MAX) throw new RangeError(`it holds more than ${PEM_CERTIFICATES_MAX} certificates`);
  return blocks.map(([, label = "", body = ""]) => {
    if (label.includes("PRIVATE KEY")) throw new RangeError("it holds a private key, which belongs on no file server");
    if (label !== "CERTIFICATE") throw new RangeError(`it holds a ${label}, which is no certificate`);
    return readCertificate(base64Bytes(body)).der;
  });
}

function base64Bytes(body: string): Uint8Array {
  const text = body.replace(/[ \t\r\n]/g, "");
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(text)) throw new RangeError("its base64 is malformed");
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
