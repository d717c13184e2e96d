// What a refused boot or application file means for the person who served it: a sentence and a next step for each verdict.
//
// In: the `image` event and, for a file of a real telephone, the script's statements. Out: text. The verdict itself is the core's.

import type { ImageEvent, OffhookEvent } from "./event-types.js";
import { bytesText, isBlockFile } from "./event-text.js";
import type { Problem } from "./verdict-types.js";

export interface Wording {
  readonly cause: string;
  readonly advice: string;
}

const AGAIN = "copy the file to the server again and compare sizes; `offhook image verify FILE --trust KEY.pem` gives the same verdict";
const PACK = "pack it again: offhook image pack PAYLOAD OUT --kind app --version 1.0.0 --key KEY.pem";
const SIGN = "sign it with a key of ours: offhook image keygen KEY.pem, then offhook image pack … --key KEY.pem";

const WORDINGS: Readonly<Record<string, Wording>> = {
  "truncated": { cause: "it ends before the bytes that its header announces", advice: AGAIN },
  "bad-header": { cause: "its header is malformed", advice: PACK },
  "bad-tlvs": { cause: "the entries after its payload (TLVs) are malformed", advice: PACK },
  "unknown-tlv": { cause: "it carries a protected entry that this telephone does not know and may not ignore", advice: PACK },
  "no-digest": { cause: "it carries no digest", advice: PACK },
  "duplicate-digest": { cause: "it carries more than one digest", advice: PACK },
  "digest-mismatch": { cause: "its bytes do not have the digest that it carries", advice: AGAIN },
  "no-signature": { cause: "it is not signed", advice: `${PACK}; for a laboratory: offhook boot --unsigned` },
  "unknown-key": {
    cause: "it is signed with a key that the telephone does not trust",
    advice: "add --trust KEY.pem with the key that signed it",
  },
  "no-trusted-key": { cause: "the telephone trusts no key at all", advice: "add --trust KEY.pem with the key that signed it" },
  "bad-signature": { cause: "its signature does not match", advice: AGAIN },
  "unsupported-signature": {
    cause: "its signature algorithm is not verified in this release: Ed25519, ECDSA P-256 and RSA-PSS of 2048 or 3072 bits are",
    advice: SIGN,
  },
  "unsupported-digest": { cause: "its digest algorithm is not verified in this release: SHA-256 is", advice: PACK },
  "encrypted": { cause: "it is encrypted", advice: "serve it unencrypted: the telephone has no key to read it" },
  "compressed": { cause: "it is compressed", advice: "serve it uncompressed" },
  "wrong-kind": {
    cause: "it says of itself that it is neither a boot nor an application file",
    advice: "pack it again with --kind boot or --kind app",
  },
  "wrong-model": {
    cause: "it is not for this telephone's model",
    advice: "let the script name a file for this MODEL, or boot as the model it is for: --model MODEL",
  },
  "old-counter": {
    cause: "its security counter is lower than that of the software that ran before",
    advice: "pack it with a --security-counter that is not lower",
  },
  "too-large": { cause: "it is larger than the slot in flash", advice: "choose a larger flash part (--part), or serve a smaller file" },
  "not-bootable": { cause: "it is marked as not bootable", advice: PACK },
  "not-a-block-file": {
    cause: "it is not marked as not bootable, or its payload is not a table of blocks",
    advice: "make it with the file itself: offhook image pack … --block-hashes",
  },
  "no-room": {
    cause: "its table has no room in the slot's info area, or its file none in the slot",
    advice: "choose a flash part with larger erase units (--part), or do without it",
  },
  "tlvs-too-large": { cause: "the entries after its payload (TLVs) are larger than the telephone keeps", advice: PACK },
};

/** A refusal in words, for reports that judge a file alone. Undefined where there is nothing to add. */
export function imageWording(verdict: string): Wording | undefined {
  return WORDINGS[verdict];
}

/** Why the file was refused, as a sentence. */
export function imageCause(image: ImageEvent, written = false): string {
  const spared = written ? "Its slot is not used." : "Nothing was erased.";
  const rest = isBlockFile(image.file ?? "") ? "The file was loaded without it." : spared;
  const file = image.file ?? "The file";
  if (isEmpty(image)) return `${file} is empty: the server sent no byte of it. ${rest}`;
  if (image.verdict === "not-a-container") {
    return `${file} is not an image that Offhook can store: its first bytes are not an MCUboot header `
      + `(software of a real telephone looks like this). ${rest}`;
  }
  const wording = WORDINGS[image.verdict ?? ""];
  // A file that is too large was refused by its header: how much of it had come says nothing.
  const tooLarge = image.verdict === "too-large";
  const size = image.bytes === undefined || tooLarge ? "" : ` (${bytesText(image.bytes)})`;
  const algorithm = image.verdict === "unsupported-signature" && image.signature !== undefined ? ` (${image.signature})` : "";
  const compared = image.expected === undefined || image.found === undefined ? ""
    : tooLarge ? ` (room for ${image.expected} bytes, needed ${image.found})` : ` (needed ${image.expected}, found ${image.found})`;
  return `${file}${size} was refused: ${wording?.cause ?? image.verdict ?? "no verdict"}${algorithm}${compared}. ${rest}`;
}

function isEmpty({ verdict, bytes }: ImageEvent): boolean {
  return verdict === "not-a-container" && bytes === 0;
}

/** What to do about it. */
export function imageAdvice(image: ImageEvent, events: readonly OffhookEvent[]): string {
  if (isEmpty(image)) return `look at ${image.file ?? "the file"} on the server: it was never filled, or its disk is full`;
  if (image.verdict !== "not-a-container") return WORDINGS[image.verdict ?? ""]?.advice ?? AGAIN;
  return `boot as a telephone that already has this software: ${storedOptions(image.file ?? "", events)}`;
}

/**
 * The options for a telephone with this software. A script compares BOOTNAME with the boot files it knows: where none matched,
 * the file it then names is the boot file; where one did, it names the application.
 */
function storedOptions(file: string, events: readonly OffhookEvent[]): string {
  let compared = false;
  let matched: string | undefined;
  for (const event of events) {
    if (event.event !== "script") continue;
    const name = /^\s*IF\s+\$BOOTNAME\s+SEQ\s+"?([^\s"]+)/i.exec(event.statement ?? "")?.[1];
    compared ||= name !== undefined;
    if (event.effect === "taken") matched = name ?? matched;
  }
  if (matched !== undefined) return `--bootname ${matched} --appname ${file}`;
  return compared ? `--bootname ${file} --appname as-asked` : `--appname ${file}`;
}

/** Upgrades without end: the file that the last one stored, and the other times it was stored. */
export function upgradeLoop(events: readonly OffhookEvent[]): Problem {
  const stored = events.flatMap((event) => (event.event === "image" && isStored(event) ? [event] : []));
  const file = stored[stored.length - 1]?.file ?? "";
  const same = stored.filter((image) => image.file === file);
  const others = [...new Set(stored.flatMap((image) => (image.file === file ? [] : [image.file ?? ""])))];
  const between = others.length === 0 ? "" : ` (with ${others.join(" ")} in between)`;
  return {
    n: same[same.length - 1]?.n ?? 0, code: "reset-loop", serious: true,
    cause: `${file} was stored ${same.length} times${between}, and after each restart the script names something else again.`,
    evidence: same.map((image) => ({ event: image.n })),
    advice: "let the script compare $APPNAME, for boot files $BOOTNAME, with the very file that SET APPNAME names, and name one only",
  };
}

/** True for a file that was accepted as software. */
export function isStored(image: ImageEvent): boolean {
  return image.verdict === "accepted" && !isBlockFile(image.file ?? "");
}
