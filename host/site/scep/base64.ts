// Base64 as it stands in a GET's query (RFC 4648 §4), strictly: padding where it belongs, nothing else between.

/** The bytes, or undefined for anything that is no base64. */
export function base64Bytes(text: string): Uint8Array | undefined {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return undefined;
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
