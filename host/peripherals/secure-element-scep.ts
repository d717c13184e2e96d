// The secure element's part for certificates: it makes the key, writes the messages of SCEP, judges answers, keeps the certificate.
//
// In: operations of `se_start` with their parameters and input. Out: a status, a report, a message; never a private key. What it holds
// changes only when an operation ends, and then as a whole: after a loss of power there is the old key with its certificate, or the new.

import { ScepCipher, ScepDigest, SECURE_REPORT_BYTES, SecureFlag, SecureOperation, SecureReport, Status } from "../../hal/abi.js";
import { type Authority, narrowedTo, readAuthority } from "../scep/authority.js";
import { CIPHERS, DIGESTS } from "../scep/algorithms.js";
import type { Verdict } from "../scep/answer.js";
import { type Certificate, readCertificate } from "../scep/certificate.js";
import { joined, MalformedError } from "../scep/der.js";
import { asciiBytes, asciiText } from "../scep/der-values.js";
import { Enrolment } from "../scep/enrolment.js";
import { MessageType } from "../scep/message.js";
import { derName, NameError } from "../scep/name.js";
import { derPrivateKey, type FillRandom, generateKey, type IsPrime, modulusBits, readPrivateKey, type RsaPrivateKey } from "../scep/rsa.js";
import { isProbablePrime } from "../scep/primes.js";

/** What survives power, as a file keeps it: DER, and the server that the certificate is from. */
export interface ScepSecrets {
  readonly key?: Uint8Array;
  readonly certificate?: Uint8Array;
  readonly label?: string;
  /** A key whose certificate has not come yet. */
  readonly candidate?: Uint8Array;
}

/** Everything that passes, by name: `request`, `answer` and so on; for `--scep-dump`. */
export type SeesMessage = (name: string, bytes: Uint8Array) => void;

export interface SecureScepOptions {
  readonly random: FillRandom;
  readonly isPrime?: IsPrime;
  /** SHA-1 or SHA-256 of the only CA that is believed. */
  readonly fingerprint?: Uint8Array;
  readonly onMessage?: SeesMessage;
  /** What it held is now something else, and whole. */
  readonly onChange?: () => void;
}

interface Held {
  readonly key: RsaPrivateKey;
  readonly certificate: Certificate;
  /** MYCERTURL when it was obtained. */
  readonly label: string;
}

interface Report {
  readonly type?: MessageType;
  readonly pkiStatus?: number;
  readonly failInfo?: number;
  readonly digest?: Verdict["digest"];
  readonly cipher?: Verdict["cipher"];
  readonly key?: RsaPrivateKey;
  readonly certificate?: Certificate;
  readonly transaction?: string;
}

/** What an operation came to: zero or a failure, and what `se_read` gives. */
export interface SecureResult {
  readonly status: number;
  readonly output: Uint8Array;
}

const KEY_BITS_MIN = 1024;
const KEY_BITS_MAX = 2048;
const NONE = 0xff;
const TRANSACTION_BYTES = 32;

export class SecureScep {
  readonly #options: SecureScepOptions;
  #held: Held | undefined;
  #candidate: RsaPrivateKey | undefined;
  #enrolment: Enrolment | undefined;
  #label = "";

  constructor(options: SecureScepOptions) {
    this.#options = options;
  }

  /** The operation at once, with its parameters and what `se_write` brought. Unsupported for one that is not of this part. */
  run(operation: number, parameters: Uint8Array, input: Uint8Array): SecureResult {
    switch (operation) {
      case SecureOperation.Key: return this.#key(parameters);
      case SecureOperation.Request: return this.#request(parameters, input);
      case SecureOperation.PollMessage: return this.#pollMessage();
      case SecureOperation.Answer: return this.#answer(parameters, input);
      case SecureOperation.Certificate: return this.#certificate(asciiText(parameters));
      case SecureOperation.Forget: return this.#forget();
      default: return failed(Status.Unsupported);
    }
  }

  /** The telephone was reset: what was under way is over. */
  reset(): void {
    this.#enrolment = undefined;
  }

  secrets(): ScepSecrets {
    return {
      ...(this.#held === undefined ? {} : {
        key: derPrivateKey(this.#held.key), certificate: this.#held.certificate.der, label: this.#held.label,
      }),
      ...(this.#candidate === undefined ? {} : { candidate: derPrivateKey(this.#candidate) }),
    };
  }

  /** What an earlier run kept. Throws `MalformedError` for what is none of it. */
  restore({ key, certificate, label = "", candidate }: ScepSecrets): void {
    if (candidate !== undefined) this.#candidate = readPrivateKey(candidate);
    if (key !== undefined && certificate !== undefined) {
      this.#held = { key: readPrivateKey(key), certificate: readCertificate(certificate), label };
    }
  }

  /** A certificate of this size's key is renewed with that key; anything else gets a key of its own, which is kept until it has one. */
  #key(parameters: Uint8Array): SecureResult {
    const bits = parameters.length === 2 ? parameters[0]! | (parameters[1]! << 8) : 0;
    if (bits < KEY_BITS_MIN || bits > KEY_BITS_MAX) return failed(Status.Invalid);
    const fits = (key: RsaPrivateKey | undefined): boolean => key !== undefined && modulusBits(key) === bits;
    if (!fits(this.#held?.key) && !fits(this.#candidate)) {
      this.#candidate = generateKey(bits, this.#options.random, this.#options.isPrime ?? isProbablePrime);
      this.#options.onChange?.();
    }
    const key = fits(this.#held?.key) ? this.#held!.key : this.#candidate!;
    return { status: Status.Ok, output: encodeReport({ key }) };
  }

  /** Parameters: u8 flags, u16 bits, u8 bytes of the common name, of the name, of the server; the three texts. */
  #request(parameters: Uint8Array, input: Uint8Array): SecureResult {
    const request = readRequestParameters(parameters);
    if (request === undefined) return failed(Status.Invalid);
    const { flags, bits, commonName, name, label } = request;
    const held = this.#held !== undefined && modulusBits(this.#held.key) === bits ? this.#held : undefined;
    const key = held?.key ?? this.#candidate;
    if (key === undefined || modulusBits(key) !== bits) return failed(Status.NotFound);
    this.#see("ca", input);
    const authority = this.#authority(input);
    if (typeof authority === "number") return failed(authority);
    const subject = subjectOf(name, commonName);
    if (subject === undefined) return failed(Status.BadSubject);
    const renews = held?.label === label ? { renews: held.certificate } : {};
    this.#label = label;
    this.#enrolment = new Enrolment({
      key, subject, authority, ...renews, random: this.#options.random,
      takesAes: (flags & SecureFlag.Aes) !== 0,
      takesSha256: (flags & SecureFlag.Sha256) !== 0,
      knowsRenewal: (flags & SecureFlag.Renewal) !== 0,
    });
    this.#see("certification-request", this.#enrolment.certificationRequest);
    return this.#message("request", this.#enrolment, this.#enrolment.type, this.#enrolment.request());
  }

  #authority(input: Uint8Array): Authority | number {
    const { fingerprint } = this.#options;
    try {
      const authority = readAuthority(input);
      return fingerprint === undefined ? authority : (narrowedTo(authority, fingerprint) ?? Status.WrongCa);
    } catch (error) {
      if (error instanceof MalformedError) return Status.Malformed;
      throw error;
    }
  }

  #pollMessage(): SecureResult {
    const enrolment = this.#enrolment;
    if (enrolment === undefined) return failed(Status.NotFound);
    return this.#message("poll", enrolment, MessageType.GetCertInitial, enrolment.pollMessage());
  }

  #message(name: string, enrolment: Enrolment, type: MessageType, message: Uint8Array): SecureResult {
    this.#see(name, message);
    const { transaction, digest, cipher, key } = enrolment;
    return { status: Status.Ok, output: joined(encodeReport({ type, transaction, digest, cipher, key }), message) };
  }

  /** Parameters: u32 seconds since 1970, 0 not known. */
  #answer(parameters: Uint8Array, input: Uint8Array): SecureResult {
    const enrolment = this.#enrolment;
    if (enrolment === undefined) return failed(Status.NotFound);
    if (parameters.length !== 4) return failed(Status.Invalid);
    this.#see("answer", input);
    const now = new DataView(parameters.buffer, parameters.byteOffset).getUint32(0, true);
    const verdict = enrolment.judge(input, now === 0 ? undefined : now);
    const { status, certificate } = verdict;
    const output = encodeReport({ type: MessageType.CertRep, transaction: enrolment.transaction, key: enrolment.key, ...verdict });
    if (status === Status.Ok && certificate !== undefined) this.#hold({ key: enrolment.key, certificate, label: this.#label });
    // A CA remembers the transaction that it refused: the next attempt is another one.
    else if (status === Status.Rejected) this.#drop();
    return { status, output };
  }

  #hold(held: Held): void {
    this.#see("certificate", held.certificate.der);
    this.#held = held;
    this.#drop();
  }

  #drop(): void {
    this.#candidate = undefined;
    this.#enrolment = undefined;
    this.#options.onChange?.();
  }

  /** The certificate that is held of this server; parameters: its URL. */
  #certificate(label: string): SecureResult {
    if (this.#held === undefined || this.#held.label !== label) return failed(Status.NotFound);
    const { key, certificate } = this.#held;
    return { status: Status.Ok, output: joined(encodeReport({ key, certificate }), certificate.der) };
  }

  #forget(): SecureResult {
    const { key, certificate } = this.#held ?? { key: this.#candidate, certificate: undefined };
    if (key === undefined) return failed(Status.NotFound);
    this.#held = undefined;
    this.#drop();
    return { status: Status.Ok, output: encodeReport({ key, ...(certificate === undefined ? {} : { certificate }) }) };
  }

  #see(name: string, bytes: Uint8Array): void {
    this.#options.onMessage?.(name, bytes.slice());
  }
}

function failed(status: number): SecureResult {
  return { status, output: new Uint8Array(0) };
}

function readRequestParameters(parameters: Uint8Array) {
  const [flags = 0, low = 0, high = 0, commonNameBytes = 0, nameBytes = 0, labelBytes = 0] = parameters;
  const texts = asciiText(parameters.subarray(6));
  if (parameters.length < 6 || texts.length !== commonNameBytes + nameBytes + labelBytes) return undefined;
  return {
    flags,
    bits: low | (high << 8),
    commonName: texts.slice(0, commonNameBytes),
    name: texts.slice(commonNameBytes, commonNameBytes + nameBytes),
    label: texts.slice(commonNameBytes + nameBytes),
  };
}

function subjectOf(name: string, commonName: string): Uint8Array | undefined {
  try {
    return derName(name, commonName);
  } catch (error) {
    if (error instanceof NameError) return undefined;
    throw error;
  }
}

/** The report's places are in hal/abi.ts (`SecureReport`). */
function encodeReport({ type, pkiStatus, failInfo, digest, cipher, key, certificate, transaction = "" }: Report): Uint8Array {
  const bytes = new Uint8Array(SECURE_REPORT_BYTES);
  const view = new DataView(bytes.buffer);
  bytes[SecureReport.MessageType] = type ?? 0;
  bytes[SecureReport.PkiStatus] = pkiStatus ?? NONE;
  bytes[SecureReport.FailInfo] = failInfo ?? NONE;
  bytes[SecureReport.Digest] = digest === undefined ? ScepDigest.None : DIGEST_CODES[DIGESTS.indexOf(digest)]!;
  bytes[SecureReport.Cipher] = cipher === undefined ? ScepCipher.None : CIPHER_CODES[CIPHERS.indexOf(cipher)]!;
  view.setUint16(SecureReport.KeyBits, key === undefined ? 0 : modulusBits(key), true);
  view.setUint32(SecureReport.NotBefore, seconds(certificate?.notBefore), true);
  view.setUint32(SecureReport.NotAfter, seconds(certificate?.notAfter), true);
  bytes[SecureReport.TransactionBytes] = Math.min(transaction.length, TRANSACTION_BYTES);
  bytes.set(asciiBytes(transaction).subarray(0, TRANSACTION_BYTES), SecureReport.Transaction);
  return bytes;
}

/** In the order of `DIGESTS` and `CIPHERS`. */
const DIGEST_CODES = [ScepDigest.Sha1, ScepDigest.Sha256, ScepDigest.Sha384, ScepDigest.Sha512];
const CIPHER_CODES = [ScepCipher.Des, ScepCipher.TripleDes, ScepCipher.Aes128, ScepCipher.Aes192, ScepCipher.Aes256];

/** From 1970 to 2106, as 32 bits hold them. */
function seconds(value = 0): number {
  return Math.min(Math.max(value, 0), 0xffffffff);
}
