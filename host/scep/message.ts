// SCEP messages (RFC 8894 §3): attributes around CMS, requests of a client, answers of a CA.
//
// In: certificates, keys, nonces. Out: DER, and what a message says. It keeps no state and judges nothing but its form.

import { der, type Element, MalformedError, TAG } from "./der.js";
import { asciiBytes, asciiText } from "./der-values.js";
import { type Attribute, derSignedData, readSignedData, readSigner, type SignedData, type Signer, type SignerInfo } from "./cms.js";
import type { Digest } from "./algorithms.js";

export enum MessageType {
  CertRep = 3,
  RenewalReq = 17,
  PkcsReq = 19,
  GetCertInitial = 20,
}

export enum PkiStatus { Success = 0, Failure = 2, Pending = 3 }

export enum FailInfo { BadAlg = 0, BadMessageCheck = 1, BadRequest = 2, BadTime = 3, BadCertId = 4 }

export const NONCE_BYTES = 16;
const TRANSACTION_BYTES_MAX = 128;
const NONCE_BYTES_MAX = 64;

const attributeOid = (number: number): string => `2.16.840.1.113733.1.9.${number}`;
const MESSAGE_TYPE = attributeOid(2);
const PKI_STATUS = attributeOid(3);
const FAIL_INFO = attributeOid(4);
const SENDER_NONCE = attributeOid(5);
const RECIPIENT_NONCE = attributeOid(6);
const TRANSACTION_ID = attributeOid(7);

export interface MessageHead {
  readonly type: MessageType;
  readonly transaction: string;
  readonly senderNonce: Uint8Array;
  readonly recipientNonce?: Uint8Array;
  readonly status?: PkiStatus;
  readonly failInfo?: FailInfo;
}

export interface Message extends Partial<Omit<MessageHead, "type">> {
  readonly type: number;
  readonly data: SignedData;
  readonly signer: SignerInfo;
}

/** The whole message, signed. `certificates` are those that go with it; without them the signer's alone. */
export function derMessage(
  head: MessageHead, envelope: Uint8Array | undefined, signer: Signer, digest: Digest, certificates?: readonly Uint8Array[],
): Uint8Array {
  const attributes: Attribute[] = [
    text(TRANSACTION_ID, head.transaction),
    text(MESSAGE_TYPE, String(head.type)),
    octets(SENDER_NONCE, head.senderNonce),
    ...(head.recipientNonce === undefined ? [] : [octets(RECIPIENT_NONCE, head.recipientNonce)]),
    ...(head.status === undefined ? [] : [text(PKI_STATUS, String(head.status))]),
    ...(head.failInfo === undefined ? [] : [text(FAIL_INFO, String(head.failInfo))]),
  ];
  return derSignedData(envelope, attributes, signer, digest, certificates);
}

function text(oid: string, value: string): Attribute {
  return { oid, value: der(TAG.printableString, asciiBytes(value)) };
}

function octets(oid: string, value: Uint8Array): Attribute {
  return { oid, value: der(TAG.octetString, value) };
}

export function readMessage(bytes: Uint8Array): Message {
  const data = readSignedData(bytes);
  const signer = readSigner(data);
  const { attributes } = signer;
  const type = readNumber(attributes.get(MESSAGE_TYPE));
  if (type === undefined) throw new MalformedError("a message without a type");
  const [status, failInfo] = [readNumber(attributes.get(PKI_STATUS)), readNumber(attributes.get(FAIL_INFO))];
  const [senderNonce, recipientNonce] = [readNonce(attributes.get(SENDER_NONCE)), readNonce(attributes.get(RECIPIENT_NONCE))];
  const transaction = attributes.get(TRANSACTION_ID);
  return {
    type, data, signer,
    ...(transaction === undefined ? {} : { transaction: readText(transaction, TRANSACTION_BYTES_MAX) }),
    ...(senderNonce === undefined ? {} : { senderNonce }),
    ...(recipientNonce === undefined ? {} : { recipientNonce }),
    ...(status === undefined ? {} : { status }),
    ...(failInfo === undefined ? {} : { failInfo }),
  };
}

function readText({ tag, content }: Element, bytesMax: number): string {
  const isText = tag === TAG.printableString || tag === TAG.utf8String || tag === TAG.ia5String;
  const value = asciiText(content);
  if (!isText || content.length > bytesMax || !/^[ -~]*$/.test(value)) throw new MalformedError("an attribute that is no text");
  return value;
}

function readNumber(element: Element | undefined): number | undefined {
  if (element === undefined) return undefined;
  const digits = readText(element, 3);
  if (!/^(?:0|[1-9]\d{0,2})$/.test(digits)) throw new MalformedError("an attribute that is no number");
  return Number(digits);
}

function readNonce(element: Element | undefined): Uint8Array | undefined {
  if (element === undefined) return undefined;
  const { tag, content } = element;
  if (tag !== TAG.octetString || content.length === 0 || content.length > NONCE_BYTES_MAX) throw new MalformedError("no nonce");
  return content;
}
