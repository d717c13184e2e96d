// Goal: what `offhook image` packs is what it was asked for, the demonstration's files never change unnoticed, and the commands
// say what they did, or what to type instead.
// Method: pack and read back with the inspector; hashes pinned; the command itself in a folder of its own, its output caught.

import { createHash, createPublicKey, verify } from "node:crypto";
import { existsSync, linkSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import t from "tap";
import { Kind } from "../../hal/abi.js";
import { imageCommand } from "../../host/cli/image.js";
import { UsageError } from "../../host/cli/usage.js";
import { demoFiles, demoKey, demoOldBoot } from "../../host/image/demo.js";
import { sha256 } from "../../host/image/digest.js";
import { hex, inspectImage, inspectionText } from "../../host/image/inspect.js";
import { ed25519FromPem, ed25519Key, publicKeyFromPem } from "../../host/image/keys.js";
import { packImage, parseVersion } from "../../host/image/pack.js";
import { seededPayload } from "../../host/image/payload.js";

const version = { major: 1, minor: 2, revision: 3, build: 4 };
const nodeSha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** Runs the command; its exit code and what it wrote, or the usage error's text. */
async function run(...args: string[]): Promise<{ code: number; stdout: string; usage: string }> {
  let stdout = "";
  const output = { stdout: { write: (text: string) => (stdout += text) } };
  try {
    return { code: await imageCommand(args, output), stdout, usage: "" };
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return { code: 2, stdout, usage: error.message };
  }
}

t.test("pack writes over none of its inputs, whatever they are called", async (t) => {
  const folder = t.testdir({ "payload.bin": "PAYLOAD", "out.blocks": "OTHER" });
  const at = (name: string): string => `${folder}/${name}`;
  await run("keygen", at("key.pem"));
  symlinkSync(at("payload.bin"), at("soft.bin"));
  linkSync(at("payload.bin"), at("hard.bin"));
  symlinkSync(at("payload.bin"), at("x.blocks"));
  const pack = (payload: string, out: string, ...more: string[]): ReturnType<typeof run> =>
    run("pack", at(payload), at(out), "--kind", "app", "--version", "1.0.0", "--key", at("key.pem"), ...more);
  for (const out of ["payload.bin", "soft.bin", "hard.bin", "key.pem"]) {
    t.match(await pack("payload.bin", out), { code: 2, usage: /would overwrite .*; choose another name for OUT/ }, out);
  }
  t.match(await pack("payload.bin", "x", "--block-hashes"), { code: 2, usage: /x\.blocks would overwrite .*payload\.bin/ });
  t.match(await pack("out.blocks", "out", "--block-hashes"), { code: 2, usage: /out\.blocks would overwrite/ });
  t.notOk(existsSync(at("out")), "nothing was written");
  t.equal(readFileSync(at("payload.bin"), "utf8"), "PAYLOAD");
  t.match(await pack("out.blocks", "out"), { code: 0 }, "without blocks there is no second output");
});

t.test("SHA-256 agrees with Node's for every length around a block, in one part or two", (t) => {
  for (let bytes = 0; bytes <= 200; bytes++) {
    const data = seededPayload("", bytes + 1, bytes);
    t.equal(hex(sha256(data)), nodeSha256(data), `${bytes} bytes`);
    const cut = bytes % 67;
    t.equal(hex(sha256(data.subarray(0, cut), data.subarray(cut))), nodeSha256(data), `${bytes} bytes cut at ${cut}`);
  }
  t.end();
});

t.test("a packed file reads back as it was asked for", (t) => {
  const payload = seededPayload("test", 5, 777);
  const options = { kind: Kind.Boot, version, models: ["9640", "9630"], counter: 70000, signer: demoKey(), headerBytes: 64 };
  const file = packImage(payload, options);
  const found = inspectImage(file);
  t.match(found, { container: true, version: "1.2.3+4", headerBytes: 64, payloadBytes: 777, flags: [], paddingBytes: 0, problems: [] });
  t.same([...file.subarray(64, 64 + 777)], [...payload]);
  t.same(found.areas.map((area) => [area.protected, ...area.tlvs.map((entry) => entry.name)]), [
    [true, "counter", "kind", "models"], [false, "sha256", "key-hash", "ed25519"],
  ]);
  const value = (name: string): string => found.areas.flatMap((area) => area.tlvs).find((entry) => entry.name === name)!.value;
  t.equal(value("counter"), "70000");
  t.equal(value("kind"), "boot");
  t.equal(value("models"), "9640,9630");
  t.equal(value("sha256"), found.digest);
  t.equal(value("key-hash"), nodeSha256(demoKey().spki));
  t.ok(verify(null, Buffer.from(value("sha256"), "hex"), createPublicKey(demoKey().publicPem), Buffer.from(value("ed25519"), "hex")));
  t.match(inspectionText(found), /^file {7}1015 bytes\nversion {4}1\.2\.3\+4\n/);
  t.end();
});

t.test("the inspector names what is wrong and where, and never fails", (t) => {
  const file = packImage(new Uint8Array(10), { kind: Kind.Application, version, signer: demoKey() });
  for (let bytes = 0; bytes < file.length; bytes++) {
    t.not(inspectImage(file.subarray(0, bytes)).problems.length, 0, `${bytes} bytes`);
  }
  for (let bit = 0; bit < file.length * 8; bit++) {
    const flipped = Uint8Array.from(file);
    flipped[bit >> 3]! ^= 1 << (bit & 7);
    inspectionText(inspectImage(flipped));
  }
  const longer = Uint8Array.from(file);
  longer[48]! += 1; // The length of the kind entry.
  t.match(inspectImage(longer).problems[0], "the TLV at 46 does not fit into its area, which ends at 51");
  t.match(inspectImage(Uint8Array.of(0x7f, 0x45)).problems[0], "not a container");
  t.same(inspectImage(packImage(new Uint8Array(0), { kind: 2, version, flags: 0x80000014 })).flags, [
    "encrypted-aes128", "non-bootable", "0x80000000",
  ]);
  t.end();
});

t.test("versions: four numbers within their sizes", (t) => {
  t.same(parseVersion("1.2.3+4"), version);
  t.same(parseVersion("255.255.65535+4294967295"), { major: 255, minor: 255, revision: 65535, build: 4294967295 });
  t.same(parseVersion("2.6"), { major: 2, minor: 6, revision: 0, build: 0 });
  for (const text of ["", "1", "1.2.3.4", "256.0.0", "0.256.0", "0.0.65536", "0.0.0+4294967296", "1.2.3+", "v1.2", "1.2 ", "-1.2"]) {
    t.equal(parseVersion(text), undefined, text);
  }
  t.end();
});

t.test("the demonstration's files are the same on every machine", (t) => {
  const files = [...demoFiles(), demoOldBoot()].map(({ name, kind, bytes }) => [name, kind, bytes.length, nodeSha256(bytes)]);
  t.same(files, [
    ["hb96xxdemo.bin", Kind.Boot, 524288, "b95e370c7742b732d0e36d7bc135f6fdde03754ce0dcc762e9a05d3026032215"],
    ["SIP96xxdemo.bin", Kind.Application, 2097152, "f7ff51411450fdb88ca02df3b65acea16d5e8b295d9453623bbb7bbecb130826"],
    ["hb96xxold.bin", Kind.Boot, 262144, "09d4740e8aa6699324e1389dc3a6251c2d9438ff9b2da6493989efdf6e561fa9"],
  ]);
  for (const { bytes } of demoFiles()) t.same(inspectImage(bytes).problems, []);
  t.end();
});

t.test("Ed25519 keys are those of Node's crypto, there and back", (t) => {
  const key = ed25519Key(new Uint8Array(32).fill(42));
  const node = createPublicKey(key.privatePem);
  t.equal(node.export({ type: "spki", format: "pem" }), key.publicPem);
  t.equal(hex(ed25519FromPem(key.privatePem)!.spki), hex(key.spki));
  t.equal(hex(publicKeyFromPem(key.publicPem)), hex(key.spki));
  t.equal(hex(publicKeyFromPem(key.privatePem)), hex(key.spki), "a private PEM gives its public half");
  t.equal(ed25519FromPem(key.publicPem), undefined);
  t.throws(() => publicKeyFromPem("no PEM"), { message: /-----BEGIN/ });
  t.throws(() => publicKeyFromPem(key.privatePem.replaceAll("PRIVATE", "RSA PRIVATE")), { message: /openssl pkey/ });
  t.throws(() => ed25519Key(new Uint8Array(31)), RangeError);
  t.end();
});

t.test("the commands, from a key to a verdict", async (t) => {
  const folder = t.testdir({ payload: "nothing that runs" });
  const at = (name: string): string => `${folder}/${name}`;
  for (const type of ["ed25519", "p256", "rsa2048"]) {
    const made = await run("keygen", at(`${type}.pem`), "--type", type);
    t.equal(made.code, 0);
    t.equal(made.stdout, `${at(`${type}.pem`)}  private, ${type}: keep it to yourself\n${at(`${type}.pub.pem`)}  public: for --trust\n`);
    if (process.platform !== "win32") t.equal(statSync(at(`${type}.pem`)).mode & 0o777, 0o600, "only the owner reads a private key");
    const options = ["--kind", "app", "--version", "1.2.3+4", "--key", at(`${type}.pem`), "--model", "9640,9630"];
    const packed = await run("pack", at("payload"), at(`${type}.bin`), ...options);
    t.equal(packed.stdout, `${at(`${type}.bin`)}  ${readFileSync(at(`${type}.bin`)).length} bytes\n`);
  }
  const cases = [
    ["ed25519", 0, "accepted", "ed25519"],
    ["p256", 0, "accepted", "ecdsa-p256"],
    ["rsa2048", 0, "accepted", "rsa2048"],
  ] as const;
  for (const [type, code, verdict, signature] of cases) {
    const verified = await run("verify", at(`${type}.bin`), "--trust", at(`${type}.pub.pem`), "--json");
    t.equal(verified.code, code, type);
    const { digest } = inspectImage(readFileSync(at(`${type}.bin`)));
    const key = JSON.parse(verified.stdout).key as string;
    t.same(JSON.parse(verified.stdout), { verdict, digest, signature, key, version: "1.2.3+4" });
    t.match(key, /^[0-9a-f]{64}$/);
  }
  t.equal((await run("verify", at("ed25519.bin"), "--trust", at("ed25519.pem"))).code, 0, "a private key's public half is trusted");
  const two = await run("verify", at("ed25519.bin"), "--trust", at("p256.pub.pem"), at("ed25519.pub.pem"));
  t.match(two.stdout, /^accepted {3}.*ed25519\.bin\nverdict {4}accepted\ndigest /, "several keys");
  const other = await run("verify", at("ed25519.bin"), "--trust", at("p256.pub.pem"));
  t.equal(other.code, 1);
  t.match(other.stdout, /^rejected .*\nverdict {4}unknown-key\nwhy .*\ndo {9}add --trust/);
  const foreign = await run("verify", at("payload"), "--trust", at("ed25519.pub.pem"), "--json");
  t.equal(foreign.code, 1);
  t.same(JSON.parse(foreign.stdout), { verdict: "not-a-container", digest: null, signature: null, key: null, version: null });
  writeFileSync(at("cut"), readFileSync(at("ed25519.bin")).subarray(0, 60));
  t.match((await run("verify", at("cut"), "--trust", at("ed25519.pem"))).stdout, /\ndo +copy the file again from where it was packed/);
  writeFileSync(at("empty"), "");
  t.equal(JSON.parse((await run("verify", at("empty"), "--trust", at("ed25519.pem"), "--json")).stdout).verdict, "not-a-container");
});

t.test("block hashes: the file's digest, its length, a digest for every 4 KiB", async (t) => {
  const folder = t.testdir({ payload: "x".repeat(9000) });
  const at = (name: string): string => `${folder}/${name}`;
  await run("keygen", at("key.pem"));
  const options = ["--kind", "boot", "--version", "1.0", "--key", at("key.pem"), "--security-counter", "9", "--block-hashes"];
  await run("pack", at("payload"), at("out.bin"), ...options);
  const file = readFileSync(at("out.bin"));
  const blocks = readFileSync(at("out.bin.blocks"));
  t.match(inspectImage(blocks), {
    flags: ["non-bootable"], payloadBytes: 36 + 3 * 32, problems: [],
    blocks: { count: 3, fileBytes: file.length, fileDigest: nodeSha256(file) },
  });
  t.match(inspectionText(inspectImage(blocks)), /^blocks {5}3, of a file of \d+ bytes with SHA-256 [0-9a-f]{64}$/m);
  t.equal(inspectImage(packImage(new Uint8Array(99), { kind: 2, version, flags: 0x10 })).blocks, undefined, "not a table");
  const table = [file, file.subarray(0, 4096), file.subarray(4096, 8192), file.subarray(8192)].map(nodeSha256);
  t.equal(blocks.subarray(32, 64).toString("hex"), table[0]);
  t.equal(blocks.readUInt32LE(64), file.length);
  t.same([0, 1, 2].map((block) => blocks.subarray(68 + block * 32, 100 + block * 32).toString("hex")), table.slice(1));
  const verified = await run("verify", at("out.bin.blocks"), "--trust", at("key.pub.pem"));
  t.equal(verified.code, 0, "its signature is judged, though nothing starts it");
});

t.test("what to type instead", async (t) => {
  const folder = t.testdir({ payload: "x" });
  const at = (name: string): string => `${folder}/${name}`;
  await run("keygen", at("key.pem"));
  const pack = ["pack", at("payload"), at("out"), "--key", at("key.pem")];
  const packWith = (key: string): string[] => ["pack", at("payload"), at("out"), "--kind", "app", "--version", "1.0", "--key", at(key)];
  const cases: readonly (readonly [string[], RegExp])[] = [
    [[], /image needs a command: type `offhook image keygen\|pack\|inspect\|verify …`/],
    [["frob"], /image has no command "frob"/],
    [["toString"], /image has no command "toString"/],
    [["keygen"], /type `offhook image keygen KEY\.pem`/],
    [["keygen", at("key.pem")], /key\.pem exists; choose another name/],
    [["keygen", at("new.pem"), "--type", "dsa"], /--type dsa does not exist; type ed25519, p256 or rsa2048/],
    [["keygen", at("no/such.pem")], /cannot write .*such\.pem: no such file or folder/],
    [["pack", at("payload")], /takes 2 file names, not 1/],
    [["pack", at("payload"), at("out")], /needs --key: add --key KEY\.pem/],
    [[...pack, "--version", "1.0"], /needs --kind: add --kind app\|boot/],
    [[...pack, "--kind", "app"], /needs --version: add --version 1\.2\.3\+4/],
    [[...pack, "--kind", "both", "--version", "1.0"], /type --kind app or --kind boot/],
    [[...pack, "--kind", "app", "--version", "one"], /type it as 1\.2\.3\+4/],
    [[...pack, "--kind", "app", "--version", "1.0", "--model", "9640,"], /such as 9640,9630/],
    [[...pack, "--kind", "app", "--version", "1.0", "--security-counter", "4294967296"], /from 0 to 4294967295/],
    [packWith("key.pub.pem"), /not a PEM file with an unencrypted private key/],
    [packWith("none.pem"), /cannot read .*none\.pem: no such file/],
    [["inspect"], /type `offhook image inspect FILE`/],
    [["inspect", folder], /cannot read .*: it is a folder/],
    [["verify"], /type `offhook image verify FILE --trust KEY\.pem`/],
    [["verify", at("payload")], /needs a key: type .* --trust KEY\.pem`/],
    [["verify", at("payload"), "--trust", at("payload")], /--trust takes KEY\.pub\.pem/],
    [["verify", at("payload"), "--turst", at("key.pem")], /did you mean --trust\?/],
  ];
  for (const [args, text] of cases) {
    const result = await run(...args);
    t.equal(result.code, 2, args.join(" "));
    t.match(result.usage, text);
    t.equal(result.stdout, "");
  }
  t.notOk(existsSync(at("out")), "nothing is written for a wrong command");
  t.notOk(existsSync(at("new.pem")));
  const help = await run("pack", "--help");
  t.equal(help.code, 0);
  t.match(help.stdout, /^Usage: offhook image keygen[^]*\nExamples:\n/);
});
