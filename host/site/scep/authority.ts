// A certificate authority that speaks SCEP over HTTP (RFC 8894): it approves, refuses, or lets a request wait.
//
// In: HTTP requests with GetCACaps, GetCACert and PKIOperation, by GET or POST. Out: its certificates, answers, and what it decided. It has
// no clock and no chance of its own. One thing at a time can be wrong with its answers, so that a telephone can be seen to refuse them.

import { type Cipher, CIPHERS, type Digest, DIGESTS, SHA_256 } from "../../scep/algorithms.js";
import {
  type Certificate, type CertificateRequest, isIssuedBy, issueCertificate, readCertificate, readRequest,
} from "../../scep/certificate.js";
import { derCertificates, derEnvelope, readEnvelope, type Signer } from "../../scep/cms.js";
import { MalformedError, parseDer, sameBytes } from "../../scep/der.js";
import { derMessage, FailInfo, type Message, MessageType, NONCE_BYTES, PkiStatus, readMessage } from "../../scep/message.js";
import { derName, nameText } from "../../scep/name.js";
import type { FillRandom, RsaPublicKey } from "../../scep/rsa.js";
import { type HttpHandler, type HttpRequest, type HttpResponse, statusResponse } from "../http-message.js";
import { base64Bytes } from "./base64.js";
import { AUTHORITY_KEY, REGISTRAR_KEY } from "./keys.js";

export const SCEP_DECISIONS = ["approve", "reject", "pending"] as const;
export const SCEP_FAULTS = [
  "bad-signature", "wrong-recipient", "wrong-transaction", "wrong-nonce", "truncated", "huge", "other-key", "other-ca", "expired",
  "not-yet-valid",
] as const;
export const SCEP_CAPABILITIES = ["AES", "DES3", "SHA-1", "SHA-256", "POSTPKIOperation", "Renewal", "SCEPStandard"] as const;

export type ScepDecision = (typeof SCEP_DECISIONS)[number];
export type ScepFault = (typeof SCEP_FAULTS)[number];

export interface ScepAuthorityOptions {
  readonly random: FillRandom;
  /** Seconds since 1970. */
  readonly now: () => number;
  readonly decision?: ScepDecision;
  /** With `pending`: how many questions are answered by pending before the request is approved; without it, all are. */
  readonly polls?: number;
  /** Answers and receives by a registration authority of its own. */
  readonly registrar?: boolean;
  readonly capabilities?: readonly string[];
  /** What its answers are encrypted and signed with; default what the request used. */
  readonly cipher?: Cipher["name"];
  readonly digest?: Digest["name"];
  readonly validityDays?: number;
  /** A request without this password is refused. */
  readonly challenge?: string;
  readonly fault?: ScepFault;
  readonly onDecision?: (line: string) => void;
}

/** The name by which telephones know this CA. */
export const AUTHORITY_NAME = derName("/O=Offhook", "Offhook Demonstration CA");
const REGISTRAR_NAME = derName("/O=Offhook", "Offhook Demonstration RA");
const OTHER_NAME = derName("/O=Offhook", "Another CA");
const YEAR_SECONDS = 31_557_600;
const DAY_SECONDS = 86400;
const VALIDITY_DAYS = 365;
/** A certificate begins an hour ago: clocks differ. */
const SLOW_CLOCK_SECONDS = 3600;
const SERIAL_FIRST = 100n;
/** Far more than a telephone takes. */
const HUGE_BYTES = 10 * 1024 * 1024;
/** A site is small; an attacker's requests are not kept without end. */
const TRANSACTION_COUNT_MAX = 1000;

interface Waiting {
  readonly request: CertificateRequest;
  polls: number;
}

/** What is answered: a status with its reason, or a certificate. */
interface Answer {
  readonly status: PkiStatus;
  readonly failInfo?: FailInfo;
  readonly certificate?: Uint8Array;
}

interface Signers {
  readonly authority: Signer;
  readonly registrar: Signer;
}

export class ScepAuthority {
  readonly #options: ScepAuthorityOptions;
  readonly #bornSeconds: number;
  readonly #waiting = new Map<string, Waiting>();
  #made: Signers | undefined;
  #serial = SERIAL_FIRST;

  constructor(options: ScepAuthorityOptions) {
    this.#options = options;
    this.#bornSeconds = options.now();
  }

  get certificate(): Certificate {
    return this.#signers.authority.certificate;
  }

  /** Made when they are first needed: most telephones ask for no certificate, and signing takes longer than a whole start-up. */
  get #signers(): Signers {
    return (this.#made ??= signersOf(this.#bornSeconds, this.#options.registrar === true));
  }

  readonly handler: HttpHandler = (request) => {
    const question = request.target.indexOf("?");
    const searchParams = new URLSearchParams(question < 0 ? "" : request.target.slice(question + 1));
    switch (searchParams.get("operation")) {
      case "GetCACaps": return binary("text/plain", new TextEncoder().encode(`${this.#capabilities.join("\n")}\n`));
      case "GetCACert": return this.#certificates();
      case "PKIOperation": return this.#operation(request, searchParams.get("message"));
      default: return statusResponse(400, "no operation of SCEP");
    }
  };

  get #capabilities(): readonly string[] {
    return this.#options.capabilities ?? SCEP_CAPABILITIES;
  }

  #certificates(): HttpResponse {
    const { certificate } = this;
    if (this.#signers.registrar === this.#signers.authority) return binary("application/x-x509-ca-cert", certificate.der);
    return binary("application/x-x509-ca-ra-cert", derCertificates([this.#signers.registrar.certificate.der, certificate.der]));
  }

  #operation(request: HttpRequest, message: string | null): HttpResponse {
    const isPost = request.method === "POST";
    if (isPost && !this.#capabilities.includes("POSTPKIOperation")) return statusResponse(405, "only GET");
    // A plus sign that was not escaped arrives as a blank.
    const bytes = isPost ? request.body : base64Bytes((message ?? "").replaceAll(" ", "+"));
    try {
      if (bytes === undefined) return statusResponse(400, "no base64");
      if (this.#options.fault === "huge") return binary("application/x-pki-message", new Uint8Array(HUGE_BYTES));
      const answer = this.#answer(readMessage(bytes));
      const cut = this.#options.fault === "truncated" ? answer.subarray(0, Math.floor(answer.length / 2)) : answer;
      return binary("application/x-pki-message", cut);
    } catch (error) {
      if (error instanceof MalformedError) return statusResponse(400, error.message);
      throw error;
    }
  }

  #answer(message: Message): Uint8Array {
    const { signer, data, transaction, senderNonce } = message;
    const client = data.certificates.find(({ serial }) => serial === signer.serial);
    if (client === undefined || transaction === undefined || senderNonce === undefined || !signer.verifies(client)) {
      throw new MalformedError("a request that is not signed as it should be");
    }
    if (data.content === undefined) throw new MalformedError("a request without content");
    const envelope = readEnvelope(data.content);
    const content = envelope.open(this.#signers.registrar);
    const answer = content === undefined ? refusal(FailInfo.BadMessageCheck) : this.#decide(message.type, transaction, content, client);
    this.#options.onDecision?.(`${MessageType[message.type]} ${transaction} ${nameText(client.subject)}: ${PkiStatus[answer.status]}`);
    const cipher = CIPHERS.find((each) => each.name === this.#options.cipher) ?? envelope.cipher;
    const digest = DIGESTS.find((each) => each.name === this.#options.digest) ?? signer.digest;
    return this.#write(answer, { client, transaction, senderNonce, cipher, digest });
  }

  #decide(type: number, transaction: string, content: Uint8Array, client: Certificate): Answer {
    if (type === MessageType.GetCertInitial) return this.#polled(transaction, content);
    if (type !== MessageType.PkcsReq && type !== MessageType.RenewalReq) return refusal(FailInfo.BadRequest);
    // Whoever renews proves who they are by a certificate of this CA, and not by the password (RFC 8894 §2.4).
    if (type === MessageType.RenewalReq && !isIssuedBy(client, this.certificate)) return refusal(FailInfo.BadMessageCheck);
    const { decision = "approve", challenge } = this.#options;
    const request = readRequest(content);
    const wrongPassword = challenge !== undefined && type === MessageType.PkcsReq && request.challenge !== challenge;
    if (decision === "reject" || wrongPassword) return refusal(FailInfo.BadRequest);
    if (decision === "approve") return this.#issue(request);
    const waiting = this.#waiting.get(transaction) ?? { request, polls: 0 };
    if (this.#waiting.size >= TRANSACTION_COUNT_MAX) return refusal(FailInfo.BadRequest);
    this.#waiting.set(transaction, waiting);
    return this.#asked(transaction, waiting);
  }

  #polled(transaction: string, content: Uint8Array): Answer {
    const waiting = this.#waiting.get(transaction);
    const [issuer, subject] = parseDer(content).parts;
    const named = issuer !== undefined && sameBytes(issuer.whole, AUTHORITY_NAME);
    if (waiting === undefined || !named || subject === undefined || !sameBytes(subject.whole, waiting.request.subject.whole)) {
      return refusal(FailInfo.BadCertId);
    }
    return this.#asked(transaction, waiting);
  }

  /** Pending so many times, the request itself not counted. */
  #asked(transaction: string, waiting: Waiting): Answer {
    if (waiting.polls++ <= (this.#options.polls ?? Number.POSITIVE_INFINITY)) return { status: PkiStatus.Pending };
    this.#waiting.delete(transaction);
    return this.#issue(waiting.request);
  }

  #issue({ subject, key }: CertificateRequest): Answer {
    const { fault, now, validityDays = VALIDITY_DAYS } = this.#options;
    const life = validityDays * DAY_SECONDS;
    const shift = fault === "expired" ? -2 * life : fault === "not-yet-valid" ? life : 0;
    const notBefore = now() - SLOW_CLOCK_SECONDS + shift;
    const other = fault === "other-ca";
    const plan = {
      serial: this.#serial++, issuer: other ? OTHER_NAME : AUTHORITY_NAME, subject: subject.whole, notBefore, notAfter: notBefore + life,
      key: fault === "other-key" ? REGISTRAR_KEY : key,
    };
    return { status: PkiStatus.Success, certificate: issueCertificate(plan, SHA_256, other ? REGISTRAR_KEY : AUTHORITY_KEY) };
  }

  #write({ status, failInfo, certificate }: Answer, to: Recipient): Uint8Array {
    const { random, fault } = this.#options;
    const nonce = new Uint8Array(NONCE_BYTES);
    random(nonce);
    const head = {
      type: MessageType.CertRep, status, senderNonce: nonce, ...(failInfo === undefined ? {} : { failInfo }),
      transaction: fault === "wrong-transaction" ? `${to.transaction}0` : to.transaction,
      recipientNonce: fault === "wrong-nonce" ? nonce : to.senderNonce,
    };
    const client = fault === "wrong-recipient" ? this.certificate : to.client;
    const envelope = certificate === undefined ? undefined : derEnvelope(derCertificates([certificate]), client, to.cipher, random);
    const { registrar } = this.#signers;
    const signer = fault === "bad-signature" ? { ...registrar, key: otherKey(registrar) } : registrar;
    return derMessage(head, envelope, signer, to.digest);
  }
}

interface Recipient {
  readonly client: Certificate;
  readonly transaction: string;
  readonly senderNonce: Uint8Array;
  readonly cipher: Cipher;
  readonly digest: Digest;
}

function refusal(failInfo: FailInfo): Answer {
  return { status: PkiStatus.Failure, failInfo };
}

function otherKey({ key }: Signer): typeof AUTHORITY_KEY {
  return key === AUTHORITY_KEY ? REGISTRAR_KEY : AUTHORITY_KEY;
}

/** The CA, and who answers for it. */
function signersOf(bornSeconds: number, hasRegistrar: boolean): Signers {
  const issued = certifier(bornSeconds);
  const authority = { key: AUTHORITY_KEY, certificate: readCertificate(issued(1n, AUTHORITY_NAME, AUTHORITY_KEY, true)) };
  if (!hasRegistrar) return { authority, registrar: authority };
  return { authority, registrar: { key: REGISTRAR_KEY, certificate: readCertificate(issued(2n, REGISTRAR_NAME, REGISTRAR_KEY, false)) } };
}

/** Signs the CA's own certificates: from the day before for ten years. */
function certifier(now: number): (serial: bigint, subject: Uint8Array, key: RsaPublicKey, isAuthority: boolean) => Uint8Array {
  const [notBefore, notAfter] = [now - DAY_SECONDS, now + 10 * YEAR_SECONDS];
  return (serial, subject, key, isAuthority) =>
    issueCertificate({ serial, issuer: AUTHORITY_NAME, subject, notBefore, notAfter, key, isAuthority }, SHA_256, AUTHORITY_KEY);
}

function binary(type: string, body: Uint8Array): HttpResponse {
  return { status: 200, headers: [["Content-Type", type]], body };
}
