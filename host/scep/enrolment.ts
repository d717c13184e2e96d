// A client's side of one enrolment (RFC 8894 §3): its messages, and what a CA's answer comes to.
//
// In: key, subject, authority, random bytes; answers. Out: requests in DER, and a `Verdict` on each answer (answer.ts).

import { sha256 } from "../image/digest.js";
import { AES_128, type Cipher, type Digest, SHA_1, SHA_256, TRIPLE_DES } from "./algorithms.js";
import type { Authority } from "./authority.js";
import { judgeAnswer, type Verdict } from "./answer.js";
import { type Certificate, derRequest, issueCertificate, readCertificate } from "./certificate.js";
import { derEnvelope, type Signer } from "./cms.js";
import { der, TAG } from "./der.js";
import { derInteger, hexOf, numberOf } from "./der-values.js";
import { derMessage, MessageType, NONCE_BYTES } from "./message.js";
import { derPublicKey, type FillRandom, type RsaPrivateKey } from "./rsa.js";

const TRANSACTION_BYTES = 16;
/** The client's own certificate only carries its key: it is valid whatever the time may be. 1970 to 2049. */
const OWN_NOT_AFTER = 2524607999;

export interface EnrolmentOptions {
  readonly key: RsaPrivateKey;
  /** DER of a Name. */
  readonly subject: Uint8Array;
  readonly authority: Authority;
  /** The certificate that is renewed: it signs the request. */
  readonly renews?: Certificate;
  /** The CA knows RenewalReq; otherwise a renewal is a PKCSReq like any other. */
  readonly knowsRenewal?: boolean;
  readonly takesAes: boolean;
  readonly takesSha256: boolean;
  readonly random: FillRandom;
}

export class Enrolment {
  readonly transaction: string;
  readonly digest: Digest;
  readonly cipher: Cipher;
  readonly key: RsaPrivateKey;
  readonly type: MessageType;
  /** PKCS#10, for whoever wants to look at it. */
  readonly certificationRequest: Uint8Array;
  readonly #options: EnrolmentOptions;
  readonly #signer: Signer;
  #nonce: Uint8Array = new Uint8Array(0);

  constructor(options: EnrolmentOptions) {
    const { key, renews, subject, takesAes, takesSha256 } = options;
    this.#options = options;
    this.key = key;
    this.digest = takesSha256 ? SHA_256 : SHA_1;
    this.cipher = takesAes ? AES_128 : TRIPLE_DES;
    this.type = renews !== undefined && options.knowsRenewal === true ? MessageType.RenewalReq : MessageType.PkcsReq;
    const named = renews === undefined ? [derPublicKey(key)] : [derPublicKey(key), derInteger(renews.serial)];
    const hash = sha256(...named).subarray(0, TRANSACTION_BYTES);
    this.transaction = hexOf(hash).toUpperCase();
    this.certificationRequest = derRequest(subject, this.digest, key);
    this.#signer = { key, certificate: renews ?? ownCertificate(key, subject, numberOf(hash), this.digest) };
  }

  /** PKCSReq, or RenewalReq. The same transaction each time: a CA that knows it goes on with it. */
  request(): Uint8Array {
    return this.#message(this.type, this.certificationRequest);
  }

  /** GetCertInitial: what became of it? */
  pollMessage(): Uint8Array {
    const { authority, subject } = this.#options;
    return this.#message(MessageType.GetCertInitial, der(TAG.sequence, authority.issuers[0]!.subject.whole, subject));
  }

  #message(type: MessageType, content: Uint8Array): Uint8Array {
    const { authority, random } = this.#options;
    this.#nonce = new Uint8Array(NONCE_BYTES);
    random(this.#nonce);
    const envelope = derEnvelope(content, authority.recipient, this.cipher, random);
    return derMessage({ type, transaction: this.transaction, senderNonce: this.#nonce }, envelope, this.#signer, this.digest);
  }

  /** What an answer to the last message comes to. `now` is seconds since 1970; without it validity is not looked at. */
  judge(bytes: Uint8Array, now?: number): Verdict {
    const { authority } = this.#options;
    const expected = { authority, transaction: this.transaction, nonce: this.#nonce, recipient: this.#signer };
    return judgeAnswer(bytes, { ...expected, ...(now === undefined ? {} : { now }) });
  }
}

/** Signed by its own key, so that the CA can check who asks (RFC 8894 §2.3). */
function ownCertificate(key: RsaPrivateKey, subject: Uint8Array, serial: bigint, digest: Digest): Certificate {
  const plan = { serial, issuer: subject, subject, notBefore: 0, notAfter: OWN_NOT_AFTER, key };
  return readCertificate(issueCertificate(plan, digest, key));
}
