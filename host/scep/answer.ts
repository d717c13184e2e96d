// What a CA's answer comes to (RFC 8894 §3.2): a certificate, a refusal of the CA, or why the answer is not believed.
//
// In: the answer, and what the request made certain: authority, transaction, nonce, recipient's key. Out: a `Verdict`. A certificate is
// only handed out when signature, transaction, nonce, recipient, key, issuer and validity all hold; each that does not has a status.

import { Status } from "../../hal/abi.js";
import type { Cipher, Digest } from "./algorithms.js";
import type { Authority } from "./authority.js";
import { type Certificate, isIssuedBy, sameKey } from "./certificate.js";
import { readEnvelope, readSignedData, type Signer } from "./cms.js";
import { MalformedError, sameBytes } from "./der.js";
import { type Message, MessageType, PkiStatus, readMessage } from "./message.js";

export interface Expected {
  readonly authority: Authority;
  readonly transaction: string;
  /** The last message's. */
  readonly nonce: Uint8Array;
  /** Whoever signed the request: the answer is for this certificate, and certifies this key. */
  readonly recipient: Signer;
  /** Seconds since 1970; without it validity is not looked at. */
  readonly now?: number;
}

export interface Verdict {
  readonly status: Status;
  readonly digest?: Digest;
  readonly cipher?: Cipher;
  readonly pkiStatus?: number;
  readonly failInfo?: number;
  readonly certificate?: Certificate;
}

export function judgeAnswer(bytes: Uint8Array, expected: Expected): Verdict {
  try {
    const message = readMessage(bytes);
    return { digest: message.signer.digest, ...judgeMessage(message, expected) };
  } catch (error) {
    if (error instanceof MalformedError) return { status: Status.Malformed };
    throw error;
  }
}

function judgeMessage(message: Message, expected: Expected): Verdict {
  const { signer, type, transaction, recipientNonce, status: pkiStatus = -1, failInfo } = message;
  const { signers } = expected.authority;
  const by = signers.find(({ issuer, serial }) => serial === signer.serial && sameBytes(issuer.whole, signer.issuer.whole));
  if (by === undefined || !signer.verifies(by)) return { status: Status.BadSignature };
  if (type !== MessageType.CertRep) return { status: Status.Malformed };
  if (transaction !== expected.transaction) return { status: Status.WrongTransaction };
  if (recipientNonce === undefined || !sameBytes(recipientNonce, expected.nonce)) return { status: Status.WrongNonce };
  if (pkiStatus === PkiStatus.Pending) return { status: Status.ScepPending, pkiStatus };
  if (pkiStatus === PkiStatus.Failure) return { status: Status.Rejected, pkiStatus, ...(failInfo === undefined ? {} : { failInfo }) };
  if (pkiStatus !== PkiStatus.Success) return { status: Status.Malformed };
  return { pkiStatus, ...judgeContent(message.data.content, expected) };
}

function judgeContent(content: Uint8Array | undefined, expected: Expected): Verdict {
  if (content === undefined) return { status: Status.Malformed };
  const envelope = readEnvelope(content);
  const { cipher } = envelope;
  const inner = envelope.open(expected.recipient);
  if (inner === undefined) return { status: Status.WrongRecipient, cipher };
  return { cipher, ...judgeCertificates(readSignedData(inner).certificates, expected) };
}

function judgeCertificates(certificates: readonly Certificate[], { recipient, authority, now }: Expected): Verdict {
  if (certificates.length === 0) return { status: Status.Malformed };
  const certificate = certificates.find(({ key }) => sameKey(key, recipient.key));
  if (certificate === undefined) return { status: Status.KeyMismatch };
  if (!authority.issuers.some((issuer) => isIssuedBy(certificate, issuer))) return { status: Status.NotSignedByCa };
  if (now !== undefined && now > certificate.notAfter) return { status: Status.Expired };
  if (now !== undefined && now < certificate.notBefore) return { status: Status.NotYetValid };
  return { status: Status.Ok, certificate };
}
