// Digest authentication as a server checks it (RFC 7616 §3.4, RFC 3261 §22.4).
//
// In: a header's value and the password that should be behind it. Out: its parameters, and whether the answer is right.

import forge from "node-forge";

export type DigestAlgorithm = "MD5" | "SHA-256" | "MD5-sess";

/** `Digest name="value", …` as names and values; empty for another scheme. */
export function digestParameters(value: string): ReadonlyMap<string, string> {
  if (!/^Digest\s/i.test(value)) return new Map();
  const pairs = value.slice(7).matchAll(/(?<![\w-])([\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))/g);
  return new Map([...pairs].map(([, name, quoted, bare]) => [name!.toLowerCase(), quoted ?? bare ?? ""]));
}

/** True when the answer was made with this password. */
export function digestIsRight(parameters: ReadonlyMap<string, string>, method: string, password: string): boolean {
  const of = (name: string): string => parameters.get(name) ?? "";
  const hash = hashOf(of("algorithm"));
  const who = hash(`${of("username")}:${of("realm")}:${password}`);
  const what = hash(`${method}:${of("uri")}`);
  const middle = of("qop") === "" ? of("nonce") : [of("nonce"), of("nc"), of("cnonce"), of("qop")].join(":");
  return hash(`${who}:${middle}:${what}`) === of("response").toLowerCase();
}

function hashOf(algorithm: string): (text: string) => string {
  const { sha256, md5 } = forge["md"];
  const md = algorithm.toUpperCase() === "SHA-256" ? sha256 : md5;
  return (text) => md.create().update(text).digest().toHex();
}
