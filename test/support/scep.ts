// One telephone's secure element and one CA, without a core and a network between them: operations in, reports and answers out.

import { SECURE_REPORT_BYTES, SecureFlag, SecureOperation, SecureReport, Status } from "../../hal/abi.js";
import { SecureScep, type SecureResult, type SecureScepOptions } from "../../host/peripherals/secure-element-scep.js";
import { Random } from "../../host/random.js";
import { asciiBytes, asciiText } from "../../host/scep/der-values.js";
import { ScepAuthority, type ScepAuthorityOptions } from "../../host/site/scep/authority.js";
import type { HttpResponse } from "../../host/site/http-message.js";

/** 2026-01-01T00:00:00Z. */
export const NOW = 1767225600;
export const LABEL = "http://10.0.8.4/scep";
export const NAME = "/C=US/ST=NJ/L=MyTown/O=MyCompany";
export const COMMON_NAME = "07N540100001";

export function fill(seed: number): (target: Uint8Array) => void {
  const random = new Random(seed);
  return (target) => random.fill(target);
}

export function element(options: Partial<SecureScepOptions> = {}): SecureScep {
  return new SecureScep({ random: fill(7), ...options });
}

export function authority(options: Partial<ScepAuthorityOptions> = {}): ScepAuthority {
  return new ScepAuthority({ random: fill(8), now: () => NOW, ...options });
}

/** What a CA answers to GET without body, or to POST with one. */
export function ask(ca: ScepAuthority, operation: string, body?: Uint8Array): HttpResponse {
  const method = body === undefined ? "GET" : "POST";
  return ca.handler({ method, target: `/scep?operation=${operation}`, minor: 1, headers: new Map(), body: body ?? new Uint8Array(0) });
}

export interface Wanted {
  readonly bits?: number;
  readonly flags?: number;
  readonly name?: string;
  readonly commonName?: string;
  readonly label?: string;
}

export function requestParameters({ bits = 1024, flags = ALL_FLAGS, name = NAME, commonName = COMMON_NAME, label = LABEL }: Wanted = {}) {
  const texts = [commonName, name, label];
  return Uint8Array.of(flags, bits & 0xff, bits >> 8, ...texts.map(({ length }) => length), ...asciiBytes(texts.join("")));
}

export const ALL_FLAGS = SecureFlag.Aes | SecureFlag.Sha256 | SecureFlag.Renewal;

/** Makes the key and the request; the result's output is report and message. */
export function request(phone: SecureScep, ca: Uint8Array, wanted: Wanted = {}): SecureResult {
  const bits = wanted.bits ?? 1024;
  phone.run(SecureOperation.Key, Uint8Array.of(bits & 0xff, bits >> 8), new Uint8Array(0));
  return phone.run(SecureOperation.Request, requestParameters(wanted), ca);
}

export function messageOf({ output }: SecureResult): Uint8Array {
  return output.subarray(SECURE_REPORT_BYTES);
}

export function answer(phone: SecureScep, message: Uint8Array, now = NOW): SecureResult {
  const parameters = new Uint8Array(4);
  new DataView(parameters.buffer).setUint32(0, now, true);
  return phone.run(SecureOperation.Answer, parameters, message);
}

/** The certificate that is held; undefined for none. */
export function certificateOf(phone: SecureScep, label = LABEL): Uint8Array | undefined {
  const result = phone.run(SecureOperation.Certificate, asciiBytes(label), new Uint8Array(0));
  return result.status === Status.Ok ? messageOf(result) : undefined;
}

/** From the key to what the CA's answer comes to. */
export function enrol(phone: SecureScep, ca: ScepAuthority, wanted: Wanted = {}, now = NOW): SecureResult {
  const message = messageOf(request(phone, ask(ca, "GetCACert").body, wanted));
  return answer(phone, ask(ca, "PKIOperation", message).body, now);
}

/** A report in words. */
export function report({ output }: SecureResult) {
  const view = new DataView(output.buffer, output.byteOffset);
  return {
    type: output[SecureReport.MessageType], pkiStatus: output[SecureReport.PkiStatus], failInfo: output[SecureReport.FailInfo],
    digest: output[SecureReport.Digest], cipher: output[SecureReport.Cipher],
    keyBits: view.getUint16(SecureReport.KeyBits, true),
    notBefore: view.getUint32(SecureReport.NotBefore, true), notAfter: view.getUint32(SecureReport.NotAfter, true),
    transaction: asciiText(output.subarray(SecureReport.Transaction, SecureReport.Transaction + output[SecureReport.TransactionBytes]!)),
  };
}
