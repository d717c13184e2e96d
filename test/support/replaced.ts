// Edits DER: one element of a tree becomes others, and the lengths around it follow.

import { der, type Element } from "../../host/scep/der.js";

/** The bytes with the element at a path of part numbers replaced by others. */
export function replaced({ tag, whole, parts }: Element, path: readonly number[], by: (element: Element) => Uint8Array[]): Uint8Array[] {
  const [index, ...rest] = path;
  if (index === undefined) return by({ tag, whole, parts, content: whole });
  return [der(tag, ...parts.flatMap((part, at) => (at === index ? replaced(part, rest, by) : [part.whole])))];
}
