// Distinguished names: from MYCERTDN's text to DER, and back to text for people (RFC 4514's order reversed, as openssl prints them).
//
// In: `/C=US/ST=NJ/O=MyCompany` and the common name. Out: a Name whose parts keep that order, the common name last. The strings are
// PrintableString where they can be, else UTF8String; country and e-mail have the types that RFC 5280 asks for.

import { der, type Element, Fields, MalformedError, TAG } from "./der.js";
import { asciiBytes, asciiText, derOid, readOid } from "./der-values.js";

const TYPES: Readonly<Record<string, string>> = {
  CN: "2.5.4.3", SN: "2.5.4.4", serialNumber: "2.5.4.5", C: "2.5.4.6", L: "2.5.4.7", ST: "2.5.4.8", street: "2.5.4.9", O: "2.5.4.10",
  OU: "2.5.4.11", title: "2.5.4.12", GN: "2.5.4.42", DC: "0.9.2342.19200300.100.1.25", UID: "0.9.2342.19200300.100.1.1",
  emailAddress: "1.2.840.113549.1.9.1",
};
/** Other spellings in the field. */
const ALIASES: Readonly<Record<string, string>> = { S: "ST", E: "emailAddress", EMAIL: "emailAddress" };
const AS_IA5: ReadonlySet<string> = new Set([TYPES["DC"]!, TYPES["emailAddress"]!]);
const PRINTABLE = /^[A-Za-z0-9 '()+,\-./:=?]*$/;
const DOTTED = /^[0-2](?:\.\d{1,9}){1,12}$/;
/** No certificate needs more, and MYCERTDN has at most 255 bytes. */
const PART_COUNT_MAX = 32;

/** The name was given by somebody and cannot be used; the message says what to write. */
export class NameError extends Error {}

interface NamePart {
  readonly type: string;
  readonly value: string;
}

/** A Name of the text's parts and then the common name; a common name in the text gives way to it. */
export function derName(text: string, commonName: string): Uint8Array {
  const parts = nameParts(text).filter(({ type }) => type !== TYPES["CN"]);
  return der(TAG.sequence, ...[...parts, { type: TYPES["CN"]!, value: commonName }].map(derPart));
}

/** A slash begins a part when `TYPE=` follows it; any other belongs to the value before it. */
function nameParts(text: string): NamePart[] {
  if (text === "") return [];
  if (!text.startsWith("/")) throw new NameError(`"${text}" does not begin with a slash: write it as /C=US/O=Company`);
  const pieces = text.slice(1).split(/\/(?=[A-Za-z0-9.]+=)/);
  return pieces.map((piece) => {
    const [, name = "", value = ""] = /^([A-Za-z0-9.]+)=(.*)$/s.exec(piece) ?? [];
    const type = typeOf(name);
    if (type === undefined || value === "") throw new NameError(`"/${piece}" is no part of a name: write TYPE=value, such as O=Company`);
    return { type, value };
  });
}

function typeOf(name: string): string | undefined {
  const all = { ...TYPES, ...Object.fromEntries(Object.entries(ALIASES).map(([alias, of]) => [alias, TYPES[of]!])) };
  const found = Object.entries(all).find(([each]) => each.toLowerCase() === name.toLowerCase());
  return found?.[1] ?? (DOTTED.test(name) ? name : undefined);
}

function derPart({ type, value }: NamePart): Uint8Array {
  const tag = AS_IA5.has(type) ? TAG.ia5String : PRINTABLE.test(value) ? TAG.printableString : TAG.utf8String;
  return der(TAG.set, der(TAG.sequence, derOid(type), der(tag, asciiBytes(value))));
}

/** `/C=US/O=Company/CN=phone`; a type that is not known is printed as its number. */
export function nameText(name: Element): string {
  return new Fields(name).rest().map((set) => `/${new Fields(set, TAG.set).rest().map(partText).join("+")}`).join("");
}

function partText(part: Element): string {
  const fields = new Fields(part);
  const type = readOid(fields.next());
  const value = asciiText(fields.next().content).replaceAll(/[^ -~]/g, "?");
  return `${Object.entries(TYPES).find(([, oid]) => oid === type)?.[0] ?? type}=${value}`;
}

/** Checks that an element is a Name of a size that is used. */
export function readName(element: Element): Element {
  const parts = new Fields(element).rest();
  if (parts.length > PART_COUNT_MAX) throw new MalformedError("a name without end");
  nameText(element);
  return element;
}
