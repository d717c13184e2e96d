// Goal: no file whose signed bytes or signature changed is accepted, whatever the signature's kind, and none traps the validator.
// Method: one file of each kind, changed in many ways: every bit of header and TLVs, cuts at every border, entries left out, doubled,
// swapped, moved to the other area, lengths that overflow. A change outside what is signed (an unknown entry, another order) may be
// accepted; then the bytes that are signed and the signature must be the ones of the file that was signed.

import t from "tap";
import { AREA_PROTECTED, AREA_UNPROTECTED, Tlv } from "../../../host/image/container.js";
import { sha256 } from "../../../host/image/digest.js";
import { imageHeader, tlv, tlvArea, type Signer } from "../../../host/image/pack.js";
import { numberTlv, testKey, textTlv } from "../../support/image-craft.js";
import { ImageValidator } from "../../support/image-validator.js";
import { random } from "../../support/random.js";
import { p256Pair, rsaPair, signerOf } from "../../support/signing-keys.js";

const SEED = 20240611;
const HEADER_BYTES = 32;
const PAYLOAD = new Uint8Array(48).fill(0x5a);
const FACTS = [numberTlv(Tlv.counter, 7, 4), numberTlv(Tlv.kind, 2, 1), textTlv(Tlv.models, "9640")];
const TYPES = { ed25519: Tlv.ed25519, p256: Tlv.ecdsa, rsa2048: Tlv.rsa2048 } as const;
const KINDS: readonly (readonly [string, Signer, number])[] = [
  ["Ed25519", testKey, 1500], ["P-256", signerOf(p256Pair("mutants")), 1500], ["RSA-2048", signerOf(rsaPair(2048)), 500],
];

interface Parts {
  readonly facts: readonly Uint8Array[];
  readonly auth: readonly Uint8Array[];
}

function signedPart(facts: readonly Uint8Array[]): Uint8Array {
  const area = tlvArea(AREA_PROTECTED, facts);
  return Uint8Array.of(...imageHeader(PAYLOAD.length, area.length, {}), ...PAYLOAD, ...area);
}

/** A file of these entries; its header's sizes are right, its digest and signature are those of the file that was signed. */
function assemble({ facts, auth }: Parts): Uint8Array {
  return Uint8Array.of(...signedPart(facts), ...tlvArea(AREA_UNPROTECTED, auth));
}

const same = (left: Uint8Array, right: Uint8Array): boolean => Buffer.compare(left, right) === 0;

/** Entries changed as lists: left out, doubled, swapped, moved, in the other area, of another type or length, strange ones added. */
function listMutant(parts: Parts, below: (limit: number) => number): Parts {
  const lists = { facts: [...parts.facts], auth: [...parts.auth] };
  for (let change = below(2); change >= 0; change--) {
    const from = below(2) === 0 ? lists.facts : lists.auth;
    const other = from === lists.facts ? lists.auth : lists.facts;
    if (from.length === 0) continue;
    const index = below(from.length);
    const entry = Uint8Array.from(from[index]!);
    const to = below(from.length);
    switch (below(7)) {
      case 0: from.splice(index, 1); break;
      case 1: from.splice(below(from.length + 1), 0, entry); break;
      case 2: [from[index], from[to]] = [from[to]!, from[index]!]; break;
      case 3: other.splice(below(other.length + 1), 0, ...from.splice(index, 1)); break;
      case 4: entry[below(2)] = [0, 1, 2, 0x10, 0x20, 0x24, 0x40, 0x50, 0xa0, 0xff][below(10)]!; from[index] = entry; break;
      case 5: entry[2 + below(2)] = [0, 1, 31, 33, 0x7f, 0x80, 0xff][below(7)]!; from[index] = entry; break;
      default: from.splice(index, 0, tlv([0x99, 0xa5, 0x70, 0x01][below(4)]!, new Uint8Array(below(40)).fill(below(256))));
    }
  }
  return lists;
}

/** Where the file's parts and entries begin and end. */
function borders(parts: Parts, fileBytes: number): number[] {
  const places = [0, 4, HEADER_BYTES, HEADER_BYTES + PAYLOAD.length];
  for (const list of [parts.facts, parts.auth]) {
    places.push(places.at(-1)! + 4);
    for (const entry of list) places.push(places.at(-1)! + 4, places.at(-1)! + entry.length);
  }
  return places.filter((place) => place <= fileBytes);
}

for (const [name, signer, listCount] of KINDS) {
  t.test(`${name}: no mutant is accepted and none traps`, (t) => {
    t.comment(`seed ${SEED}`);
    const validator = new ImageValidator([testKey.spki, signer.spki]);
    const signed = signedPart(FACTS);
    const digest = sha256(signed);
    const signature = signer.sign(signer.algorithm === "ed25519" ? digest : signed);
    const auth = [tlv(Tlv.sha256, digest), tlv(Tlv.keyHash, sha256(signer.named ?? signer.spki)), tlv(TYPES[signer.algorithm], signature)];
    const parts = { facts: FACTS, auth };
    const file = assemble(parts);
    t.equal(validator.verdict(file), "accepted");
    const counts = new Map<string, number>();
    let mutants = 0;
    let harmless = 0;
    const judge = (mutant: Uint8Array, what: string): void => {
      if (same(mutant, file)) return;
      mutants++;
      const verdict = validator.verdict(mutant);
      counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
      if (verdict === "none") t.fail(`${what}: no verdict`);
      if (verdict !== "accepted") return;
      harmless++;
      const kept = same(mutant.subarray(0, signed.length), signed) && Buffer.from(mutant).includes(Buffer.from(signature));
      if (!kept) t.fail(`${what}: accepted, but what was signed changed: ${Buffer.from(mutant).toString("hex")}`);
    };

    for (let bit = 0; bit < file.length * 8; bit++) {
      const flipped = Uint8Array.from(file);
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      judge(flipped, `bit ${bit}`);
    }
    t.equal(harmless, 0, "every bit counts");
    for (const border of borders(parts, file.length)) {
      for (const bytes of [border - 1, border, border + 1]) {
        if (bytes >= 0 && bytes < file.length) judge(file.subarray(0, bytes), `${bytes} bytes`);
      }
    }
    t.equal(harmless, 0, "every byte is wanted");
    for (const at of [8, 10, 12, 14, ...borders(parts, file.length - 2)]) {
      for (const value of [0, 1, 3, 4, 0x7fff, 0x8000, 0xfffe, 0xffff]) {
        const overflowing = Uint8Array.from(file);
        new DataView(overflowing.buffer).setUint16(at, value, true);
        judge(overflowing, `${value} at ${at}`);
        if (at + 4 <= file.length) {
          new DataView(overflowing.buffer).setUint16(at + 2, value, true);
          judge(overflowing, `${value} twice at ${at}`);
        }
      }
    }
    t.equal(harmless, 0, "no length passes");
    const below = random(SEED);
    for (let round = 0; round < listCount; round++) judge(assemble(listMutant(parts, below)), `list ${round}`);
    t.ok(mutants >= 2000, `${mutants} mutants`);
    t.ok(harmless < mutants / 5, `${harmless} changed nothing that is signed`);
    t.ok(counts.size >= 8, [...counts].map(([verdict, count]) => `${verdict} ${count}`).join(", "));
    t.end();
  });
}
