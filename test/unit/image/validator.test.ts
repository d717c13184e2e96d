// Goal: the validator accepts what is right and gives each wrong thing its own name.
// Method: files with one thing wrong, everything else correctly signed; published files of the format's own tool, read in place.

import { existsSync, readFileSync } from "node:fs";
import { crc32 } from "node:zlib";
import t from "tap";
import { Kind, Status } from "../../../hal/abi.js";
import { AREA_PROTECTED, AREA_UNPROTECTED, Tlv } from "../../../host/image/container.js";
import { hex } from "../../../host/image/inspect.js";
import { publicKeyFromPem } from "../../../host/image/keys.js";
import { sha256 } from "../../../host/image/digest.js";
import { imageHeader, packImage, tlv, tlvArea } from "../../../host/image/pack.js";
import { craft, numberTlv, otherKey, testKey, textTlv, type AuthMaker, type Craft } from "../../support/image-craft.js";
import { ImageValidator, type Policy } from "../../support/image-validator.js";
import { p256Pair, pkcs1Of, rsaPair, signMessage } from "../../support/signing-keys.js";

const validator = new ImageValidator([otherKey.spki, testKey.spki]);
const version = { major: 1, minor: 2, revision: 3, build: 4 };
const SAMPLES = "../shared/samples/images";

function verdict(options: Craft, policy: Policy = {}): string {
  return validator.policy(policy).verdict(craft(options));
}

/** Header and payload, without TLVs: what a signature covers. */
function imageOf(payload: Uint8Array): Uint8Array {
  return Uint8Array.of(...imageHeader(payload.length, 0, {}), ...payload);
}

t.test("a packed file is accepted and described", (t) => {
  const file = packImage(new Uint8Array(1000).fill(9), { kind: Kind.Boot, version, models: ["9640"], counter: 5, signer: testKey });
  t.equal(validator.policy({}).verdict(file), "accepted");
  t.same(validator.report("boot.bin"), {
    file: "boot.bin", bytes: file.length, verdict: "accepted", digest: hex(sha256(file.subarray(0, file.length - 144))),
    crc32: crc32(file).toString(16).padStart(8, "0"), version: "1.2.3+4", key: hex(sha256(testKey.spki)), signature: "ed25519",
  });
  t.equal(validator.kind, Kind.Boot);
  t.equal(validator.core.call("counter"), 5);
  t.equal(validator.core.call("file_bytes"), file.length);
  t.equal(validator.core.call("image_bytes"), file.length);
  t.equal(hex(validator.core.read(validator.core.call("key_ptr"), 32)), hex(sha256(testKey.spki)));
  t.end();
});

t.test("the files of the format's own tool", { skip: existsSync(SAMPLES) ? false : `${SAMPLES} is not there` }, (t) => {
  const sample = (name: string): Uint8Array => readFileSync(`${SAMPLES}/${name}.bin`);
  const key = (name: string): Uint8Array => publicKeyFromPem(readFileSync(`${SAMPLES}/root-${name}.pub.pem`, "latin1"));
  const all = new ImageValidator(["ed25519", "ed25519-2", "ec-p256", "ec-p384", "rsa-2048", "rsa-3072"].map(key));
  t.equal(all.verdict(sample("ed25519_v1")), "accepted");
  t.equal(all.verdict(sample("ed25519_pad")), "accepted");
  t.equal(all.report("pad")["bytes"], 131072, "padding is counted and not read");
  t.equal(all.verdict(sample("ed25519_unknown")), "unknown-key");
  t.equal(all.verdict(sample("hashonly_v1")), "no-signature");
  t.equal(all.policy({ unsigned: true }).verdict(sample("hashonly_v1")), "accepted");
  t.equal(all.report("hash")["unsigned"], true, "the report says that nothing was signed");
  for (const [name, algorithm, signer] of [
    ["p256_v1", "ecdsa-p256", "ec-p256"], ["rsa2048_v1", "rsa2048", "rsa-2048"], ["zephyr_slot1_padded", "rsa2048", "rsa-2048"],
  ] as const) {
    t.equal(all.policy({}).verdict(sample(name)), "accepted", name);
    t.equal(all.report(name)["signature"], algorithm);
    t.equal(new ImageValidator([key(signer)]).verdict(sample(name)), "accepted", `${name} with its key alone`);
    t.equal(new ImageValidator([key("ed25519"), key("rsa-3072"), key("ec-p384")]).verdict(sample(name)), "unknown-key", name);
  }
  t.equal(new ImageValidator([key("ed25519-2")]).verdict(sample("ed25519_v1")), "unknown-key");
  t.end();
});

t.test("what is not a container is known at the first byte that differs, at the latest after 32", (t) => {
  const real = Uint8Array.from([0x7f, 0x45, 0x4c, 0x46, ...new Uint8Array(60)]);
  t.same(validator.judge(real, [1]), { verdict: "not-a-container", early: 1, rescanned: false });
  const almost = craft();
  almost[3] = 0;
  t.same(validator.judge(almost, [1, 2, 3, 4]), { verdict: "not-a-container", early: 4, rescanned: false });
  t.equal(validator.verdict(new Uint8Array(0)), "not-a-container");
  t.equal(validator.verdict(craft().subarray(0, 3)), "not-a-container");
  t.equal(validator.verdict(craft().subarray(0, 31)), "truncated");
  for (const name of ["digest", "signature", "crc32"]) t.notOk(name in validator.report("short"), `${name} was never known`);
  t.end();
});

t.test("the header alone refuses sizes, encryption and compression", (t) => {
  const early = (change: (view: DataView) => void, policy: Policy = {}): string => {
    const file = craft();
    change(new DataView(file.buffer));
    const judged = validator.policy(policy).judge(file, [32]);
    return `${judged.verdict} at ${judged.early}`;
  };
  t.equal(early((view) => view.setUint16(8, 31, true)), "bad-header at 32");
  t.equal(early((view) => view.setUint16(8, 0x401, true)), "bad-header at 32");
  t.equal(early((view) => view.setUint16(10, 3, true)), "bad-header at 32");
  t.equal(early((view) => view.setUint32(12, 0xffffffff, true)), "bad-header at 32", "the sum does not wrap");
  t.equal(early((view) => view.setUint32(12, 0xffffffe0, true)), "bad-header at 32", "nor does it wrap to zero");
  t.equal(early((view) => view.setUint16(10, 0xffff, true)), "tlvs-too-large at 32");
  for (const flag of [0x4, 0x8]) t.equal(early((view) => view.setUint32(16, flag, true)), "encrypted at 32");
  for (const flag of [0x200, 0x400, 0x800]) t.equal(early((view) => view.setUint32(16, flag, true)), "compressed at 32");
  t.equal(early((view) => view.setUint32(12, 5000, true), { bootSlotBytes: 4096, appSlotBytes: 5000 }), "too-large at 32");
  t.match(validator.report("size"), { expected: 5000, found: 5036 }, "the larger slot and the bytes announced");
  t.end();
});

t.test("headers may be longer and payloads empty; RAM_LOAD and unknown flags are reported, not judged", (t) => {
  for (const headerBytes of [33, 0x200, 0x400]) t.equal(verdict({ headerBytes }), "accepted");
  t.equal(verdict({ payload: new Uint8Array(0) }), "accepted");
  t.equal(verdict({ flags: 0x80000020 }), "accepted");
  t.equal(validator.report("ram")["flags"], 0x80000020);
  t.end();
});

t.test("a file that must not be started is never stored, but its signature is judged", (t) => {
  t.equal(verdict({ flags: 0x10 }), "not-bootable");
  t.equal(verdict({ flags: 0x10 }, { storing: false }), "accepted");
  t.equal(validator.core.call("not_bootable"), 1);
  t.end();
});

t.test("exactly one digest, of an algorithm that is computed here", (t) => {
  t.equal(verdict({ auth: ({ keyHash, signature }) => [keyHash, signature] }), "no-digest");
  t.equal(verdict({ auth: ({ digest, keyHash, signature }) => [digest, digest, keyHash, signature] }), "duplicate-digest");
  const sha384 = tlv(Tlv.sha384, new Uint8Array(48));
  t.equal(verdict({ auth: ({ digest, keyHash, signature }) => [digest, sha384, keyHash, signature] }), "duplicate-digest");
  t.equal(verdict({ auth: ({ keyHash, signature }) => [sha384, keyHash, signature] }), "unsupported-digest");
  t.equal(verdict({ auth: ({ keyHash, signature }) => [tlv(Tlv.sha512, new Uint8Array(64)), keyHash, signature] }), "unsupported-digest");
  t.equal(verdict({ auth: ({ keyHash, signature }) => [tlv(Tlv.sha256, new Uint8Array(32)), keyHash, signature] }), "digest-mismatch");
  t.end();
});

t.test("signatures: missing, twice, of another length, of algorithms that are not verified here", (t) => {
  const swapped = (type: number, bytes: number): AuthMaker => ({ digest, keyHash }) => [digest, keyHash, tlv(type, new Uint8Array(bytes))];
  t.equal(verdict({ auth: ({ digest, keyHash }) => [digest, keyHash] }), "no-signature");
  t.equal(verdict({ auth: ({ digest, keyHash, signature }) => [digest, keyHash, signature, signature] }), "bad-tlvs");
  t.equal(verdict({ auth: swapped(Tlv.ed25519, 64) }), "bad-signature");
  for (const [type, bytes, name, said] of [
    [Tlv.rsa2048, 256, "rsa2048", "bad-signature"], [Tlv.rsa3072, 384, "rsa3072", "bad-signature"],
    [Tlv.ecdsa, 72, "ecdsa-p256", "bad-signature"], [Tlv.ecdsa, 104, "ecdsa-p384", "unsupported-signature"],
  ] as const) {
    t.equal(verdict({ auth: swapped(type, bytes) }), said, "the key is another algorithm's");
    t.equal(validator.signature, name);
  }
  const p384 = tlv(Tlv.sha384, new Uint8Array(48));
  t.equal(verdict({ auth: ({ keyHash }) => [p384, keyHash, tlv(Tlv.ecdsa, new Uint8Array(70))] }), "unsupported-signature");
  t.equal(validator.signature, "ecdsa-p384", "SHA-384 goes with P-384");
  for (const [type, bytes] of [
    [Tlv.rsa2048, 255], [Tlv.rsa3072, 256], [Tlv.ecdsa, 0], [Tlv.ecdsa, 105], [Tlv.ed25519, 63], [Tlv.ed25519, 65],
  ] as const) t.equal(verdict({ auth: swapped(type, bytes) }), "bad-tlvs", `${type} of ${bytes}`);
  t.end();
});

t.test("keys: by hash, whole, both, unknown, none trusted", (t) => {
  const foreign = tlv(Tlv.keyHash, sha256(otherKey.spki));
  t.equal(verdict({ auth: ({ digest, key, signature }) => [digest, key, signature] }), "accepted");
  t.equal(validator.report("key")["key"], hex(sha256(testKey.spki)), "a whole key is reported by its hash");
  t.equal(verdict({ auth: ({ digest, key, keyHash, signature }) => [digest, key, keyHash, signature] }), "accepted");
  t.equal(verdict({ auth: ({ digest, key, signature }) => [digest, key, foreign, signature] }), "unknown-key", "two names for one key");
  t.equal(verdict({ auth: ({ digest, signature }) => [digest, foreign, signature] }), "bad-signature", "trusted, but not the signer");
  t.equal(verdict({ auth: ({ digest, signature }) => [digest, signature] }), "unknown-key");
  t.equal(verdict({ auth: ({ digest, signature }) => [digest, tlv(Tlv.key, new Uint8Array(44)), signature] }), "unknown-key");
  t.equal(new ImageValidator([]).verdict(craft()), "no-trusted-key");
  t.equal(new ImageValidator([otherKey.spki]).verdict(craft()), "unknown-key");
  t.equal(new ImageValidator([new Uint8Array(600), testKey.spki]).verdict(craft()), "accepted", "a key that is too long hides no other");
  const other = Uint8Array.from(testKey.spki);
  other[8] = 0x6f; // Ed25519's OID made Ed448's or X25519's: the same bytes mean another algorithm.
  const auth: AuthMaker = ({ digest, signature }) => [digest, tlv(Tlv.keyHash, sha256(other)), signature];
  t.equal(new ImageValidator([other]).verdict(craft({ auth })), "bad-signature");
  t.end();
});

t.test("every kind of key signs, by hash or whole, and none stands in for another", (t) => {
  const pairs = [p256Pair("image"), rsaPair(2048), rsaPair(3072)];
  const types = [Tlv.ecdsa, Tlv.rsa2048, Tlv.rsa3072];
  const all = new ImageValidator([testKey.spki, ...pairs.map((pair) => pair.spki)]);
  const signed = imageOf(new Uint8Array(100).fill(3));
  const digest = tlv(Tlv.sha256, sha256(signed));
  const file = (...auth: Uint8Array[]): Uint8Array => Uint8Array.of(...signed, ...tlvArea(AREA_UNPROTECTED, [digest, ...auth]));
  for (const [index, pair] of pairs.entries()) {
    const signature = tlv(types[index]!, signMessage(pair, signed));
    const forms = index === 0 ? [pair.spki] : [pair.spki, pkcs1Of(pair)];
    for (const form of forms) {
      t.equal(all.verdict(file(tlv(Tlv.keyHash, sha256(form)), signature)), "accepted", `${all.signature} by hash`);
      t.equal(all.verdict(file(tlv(Tlv.key, form), signature)), "accepted", "whole");
      t.equal(all.verdict(file(tlv(Tlv.key, form), tlv(Tlv.keyHash, sha256(form)), signature)), "accepted", "both");
      t.equal(all.verdict(file(tlv(Tlv.key, form), tlv(Tlv.keyHash, sha256(testKey.spki)), signature)), "unknown-key", "two keys");
      t.equal(new ImageValidator([testKey.spki]).verdict(file(tlv(Tlv.key, form), signature)), "unknown-key");
    }
    for (const other of [testKey, ...pairs].filter((candidate) => candidate !== pair)) {
      t.equal(all.verdict(file(tlv(Tlv.keyHash, sha256(other.spki)), signature)), "bad-signature", "trusted, but not the signer");
    }
  }
  t.end();
});

t.test("the order of unprotected entries is free, unknown ones mean nothing", (t) => {
  const extra = tlv(0x99, new Uint8Array(3));
  t.equal(verdict({ auth: ({ digest, keyHash, signature }) => [signature, extra, keyHash, extra, digest] }), "accepted");
  const facts = [numberTlv(Tlv.counter, 9, 4), numberTlv(Tlv.kind, 1, 1), textTlv(Tlv.models, "1603")];
  t.equal(verdict({ auth: ({ digest, keyHash, signature }) => [digest, keyHash, signature, ...facts] }, { model: "9640" }), "accepted");
  t.equal(validator.kind, Kind.Application, "a kind that the digest does not cover is no kind");
  t.equal(validator.core.call("counter"), 0);
  t.end();
});

t.test("areas: swapped, of another size than announced, cut inside an entry", (t) => {
  const facts = [numberTlv(Tlv.counter, 1, 4)];
  t.equal(verdict({ facts, magics: [AREA_UNPROTECTED, AREA_PROTECTED] }), "bad-tlvs");
  t.equal(verdict({ facts, magics: [AREA_UNPROTECTED, AREA_UNPROTECTED] }), "bad-tlvs");
  t.equal(verdict({ facts, magics: [AREA_PROTECTED, AREA_PROTECTED] }), "bad-tlvs");
  t.equal(verdict({ magics: [AREA_PROTECTED, AREA_PROTECTED] }), "bad-tlvs");
  const longer = tlv(0xa5, new Uint8Array(4));
  longer[2] = 5;
  t.equal(verdict({ facts: [longer] }), "bad-tlvs");
  longer.set([0xff, 0xff], 2);
  t.equal(verdict({ facts: [longer] }), "bad-tlvs");
  t.equal(verdict({ facts: [Uint8Array.of(0xa5, 0, 0)] }), "bad-tlvs", "an entry's head does not fit");
  t.equal(verdict({ auth: ({ digest, keyHash, signature }) => [digest, keyHash, signature, Uint8Array.of(1)] }), "bad-tlvs");
  t.end();
});

t.test("protected entries: known, vendors' and what may not be ignored", (t) => {
  for (const type of [0x0070, 0x0080, 0x009f, 0x00ff, 0x0010, 0x0024, 0x0110, 0xff9f]) {
    t.equal(verdict({ facts: [tlv(type, new Uint8Array(4))] }), "unknown-tlv", type.toString(16));
  }
  for (const type of [0x00a2, 0x00fe, 0x12a0]) t.equal(verdict({ facts: [tlv(type, new Uint8Array(4))] }), "accepted", type.toString(16));
  t.equal(verdict({ facts: [tlv(Tlv.bootRecord, new Uint8Array(9)), tlv(Tlv.vendorId, new Uint8Array(16))] }), "accepted");
  t.equal(verdict({ facts: [tlv(Tlv.dependency, new Uint8Array(12)), tlv(Tlv.dependency, new Uint8Array(12))] }), "accepted");
  t.equal(validator.report("dep")["dependencies"], 2, "dependencies are reported, not enforced");
  for (const [type, bytes] of [
    [Tlv.dependency, 11], [Tlv.vendorId, 15], [Tlv.classId, 17], [Tlv.counter, 3], [Tlv.counter, 8], [Tlv.kind, 0], [Tlv.kind, 2],
  ] as const) t.equal(verdict({ facts: [tlv(type, new Uint8Array(bytes))] }), "bad-tlvs", `${type} of ${bytes}`);
  const twice = [[Tlv.counter, 4], [Tlv.kind, 1], [Tlv.models, 4]] as const;
  for (const [type, bytes] of twice) {
    t.equal(verdict({ facts: [numberTlv(type, 1, bytes), numberTlv(type, 1, bytes)] }), "bad-tlvs", `${type} twice`);
  }
  t.end();
});

t.test("kind: 1 boot, 2 application, missing is application, else refused", (t) => {
  for (const [value, said] of [[0, "wrong-kind"], [1, "accepted"], [2, "accepted"], [3, "wrong-kind"], [255, "wrong-kind"]] as const) {
    t.equal(verdict({ facts: [numberTlv(Tlv.kind, value, 1)] }), said, `kind ${value}`);
  }
  t.equal(verdict({}), "accepted");
  t.equal(validator.kind, Kind.Application);
  t.end();
});

t.test("models: any of the prefixes, or none named", (t) => {
  const said = (list: string): string => verdict({ facts: [textTlv(Tlv.models, list)] }, { model: "9640D01A" });
  for (const list of ["9640", "9630,9640", "9640,9630", "9640D01A", ",9640", "9"]) t.equal(said(list), "accepted", list);
  for (const list of ["9630", "", ",", "640", "9640D01AX", "9640D01A\0", "9640 ,9630", "96409640"]) {
    t.equal(said(list), "wrong-model", JSON.stringify(list));
  }
  t.match(validator.report("model"), { expected: "9640D01A", found: "96409640" });
  t.equal(verdict({ facts: [textTlv(Tlv.models, "1603")] }), "accepted", "without a model any file will do");
  t.end();
});

t.test("counter: not below the floor of its own kind", (t) => {
  const of = (kind: Kind, counter: number): Craft => ({ facts: [numberTlv(Tlv.kind, kind, 1), numberTlv(Tlv.counter, counter, 4)] });
  const policy = { bootFloor: 5, appFloor: 0x80000000 };
  t.equal(verdict(of(Kind.Boot, 4), policy), "old-counter");
  t.equal(verdict(of(Kind.Boot, 5), policy), "accepted");
  t.equal(verdict(of(Kind.Application, 0x7fffffff), policy), "old-counter", "compared without sign");
  t.match(validator.report("counter"), { expected: 0x80000000, found: 0x7fffffff });
  t.equal(verdict(of(Kind.Application, 0xffffffff), policy), "accepted");
  t.equal(verdict({}, policy), "old-counter", "no counter is counter 0");
  t.end();
});

t.test("size: the slot of its own kind, padding not counted", (t) => {
  const boot = craft({ facts: [numberTlv(Tlv.kind, Kind.Boot, 1)] });
  const judged = (policy: Policy, file = boot): string => validator.policy(policy).verdict(file);
  t.equal(judged({ bootSlotBytes: boot.length, appSlotBytes: 1 }), "accepted");
  t.equal(judged({ bootSlotBytes: boot.length - 1, appSlotBytes: 100000 }), "too-large");
  t.match(validator.report("size"), { expected: boot.length - 1, found: boot.length });
  t.equal(judged({ bootSlotBytes: boot.length }, Uint8Array.of(...boot, ...new Uint8Array(100))), "accepted");
  t.end();
});

t.test("more TLV bytes than are kept have a name of their own", (t) => {
  const rest = (bytes: number): Craft => ({
    auth: ({ digest, keyHash, signature }) => [digest, keyHash, signature, tlv(0x99, new Uint8Array(bytes - 4 - 144))],
  });
  t.equal(verdict(rest(4096)), "accepted");
  t.equal(verdict(rest(4097)), "tlvs-too-large");
  t.equal(verdict({ facts: [tlv(0xa5, new Uint8Array(4096 - 144 - 8))] }), "accepted");
  t.equal(verdict({ facts: [tlv(0xa5, new Uint8Array(4096 - 144 - 7))] }), "tlvs-too-large");
  t.end();
});

t.test("hash-only files: only for a laboratory, and only when nothing was signed", (t) => {
  const hashOnly: Craft = { auth: ({ digest }) => [digest] };
  t.equal(verdict(hashOnly), "no-signature");
  t.equal(verdict(hashOnly, { unsigned: true }), "accepted");
  t.equal(validator.report("lab")["unsigned"], true);
  t.equal(verdict({ auth: ({ digest, signature }) => [digest, signature] }, { unsigned: true }), "unknown-key");
  t.equal(verdict({ ...hashOnly, flags: 0x10 }, { unsigned: true }), "not-bootable");
  t.equal(verdict({}, { unsigned: true }), "accepted");
  t.notOk("unsigned" in validator.report("signed"));
  t.end();
});

t.test("pure signatures are checked over the file's bytes, pushed once more", (t) => {
  const file = packImage(new Uint8Array(200).fill(3), { kind: Kind.Application, version, signer: testKey, pure: true, models: ["9640"] });
  t.same(validator.policy({}).judge(file), { verdict: "accepted", early: -1, rescanned: true });
  t.equal(validator.signature, "ed25519-pure");
  for (let cut = 0; cut <= file.length; cut++) t.equal(validator.verdict(file, [cut]), "accepted");
  t.equal(validator.policy({ model: "1603" }).verdict(file), "wrong-model", "what is asked of files is asked after the second pass");
  const wrong = Uint8Array.from(file);
  wrong[file.length - 10]! ^= 1; // In S, the signature's second half.
  t.equal(validator.policy({}).verdict(wrong), "bad-signature");
  const marked = (...data: number[]): Craft => ({
    auth: ({ digest, keyHash, signature }) => [digest, keyHash, signature, tlv(Tlv.pure, Uint8Array.from(data))],
  });
  t.equal(verdict(marked(1)), "bad-signature", "a signature over the digest is none over the file");
  for (const data of [[0], [2], [], [1, 1]]) t.equal(verdict(marked(...data)), "bad-tlvs");
  t.end();
});

t.test("staging is passed through with its statuses", (t) => {
  const { core } = validator;
  const ptr = core.call("input_ptr");
  t.equal(core.call("staging_size"), 64);
  core.write(ptr, Uint8Array.of(1, 2, 3, 4));
  t.equal(core.call("staging_write", 60, ptr, 4), Status.Ok);
  t.equal(core.call("staging_read", 61, ptr + 8, 3), Status.Ok);
  t.same([...core.read(ptr + 8, 3)], [2, 3, 4]);
  t.equal(core.call("staging_write", 61, ptr, 4), Status.OutOfRange);
  t.end();
});
