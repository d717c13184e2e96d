// Goal: what other programs said to each other is read as they meant it: granted, refused, pending; RA, AES, 3DES, single DES.
// Method: recorded exchanges of micromdm, jscep and a Go server with their clients' keys. Not part of this project: skipped without them.

import { existsSync, readFileSync } from "node:fs";
import t from "tap";
import { Status } from "../../../hal/abi.js";
import { judgeAnswer } from "../../../host/scep/answer.js";
import { readAuthority } from "../../../host/scep/authority.js";
import { readMessage } from "../../../host/scep/message.js";
import { readPrivateKey } from "../../../host/scep/rsa.js";

const FOLDER = "../shared/peers/scep";
const skip = existsSync(FOLDER) ? false : "the recorded messages are not here";
const read = (name: string): Uint8Array => new Uint8Array(readFileSync(`${FOLDER}/${name}`));

const { Ok, Rejected, ScepPending } = Status;
/** CA, exchange, key; the status, digest and cipher of the answer. */
const EXCHANGES: [string, string, string, Status, string, string | undefined][] = [
  ["micromdm-01", "micromdm-03", "micromdm-client", Ok, "sha-1", "des"],
  ["micromdm-04", "micromdm-06", "micromdm-client", Rejected, "sha-1", undefined],
  ["micromdm-04", "micromdm-08", "sscep-client", Ok, "sha-1", "des"],
  ["jscep-01", "jscep-03", "sscep-client", Ok, "sha-1", "3des"],
  ["jscep-01", "jscep-05", "sscep-client", ScepPending, "sha-1", undefined],
  ["jscep-01", "jscep-06", "sscep-client", ScepPending, "sha-1", undefined],
  ["goscep-01", "goscep-03", "goscep-client", Ok, "sha-1", "aes-128"],
  ["goscep-ra-01", "goscep-ra-03", "goscep-ra-client", Ok, "sha-1", "aes-128"],
];

for (const [ca, exchange, key, status, digest, cipher] of EXCHANGES) {
  t.test(exchange, { skip }, (t) => {
    const request = readMessage(read(`${exchange}-PKIOperation.req`));
    const certificate = request.data.certificates[0]!;
    t.ok(request.signer.verifies(certificate), "the client's own signature");
    const authority = readAuthority(read(`${ca}-GetCACert.resp`));
    const expected = {
      authority, transaction: request.transaction!, nonce: request.senderNonce!,
      recipient: { certificate, key: readPrivateKey(read(`${key}.key.der`)) },
    };
    const answer = read(`${exchange}-PKIOperation.resp`);
    const verdict = judgeAnswer(answer, expected);
    t.same([verdict.status, verdict.digest?.name, verdict.cipher?.name], [status, digest, cipher]);
    t.equal(verdict.certificate !== undefined, status === Ok);
    const late = { ...expected, now: 4_000_000_000 };
    t.equal(judgeAnswer(answer, late).status, status === Ok ? Status.Expired : status);
    t.equal(judgeAnswer(answer, { ...expected, transaction: "another" }).status, Status.WrongTransaction);
    t.equal(judgeAnswer(answer, { ...expected, nonce: new Uint8Array(16) }).status, Status.WrongNonce);
    t.end();
  });
}
