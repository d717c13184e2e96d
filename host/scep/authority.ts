// What a telephone knows of a CA after GetCACert: its certificates, who may sign answers, whom requests are encrypted for.
//
// In: the answer's body, a certificate or a SignedData that only carries some (RFC 8894 §4.2). Out: an `Authority`. It is believed for one
// enrolment only; a fingerprint, where somebody gave one, says which CA it must be.

import { MalformedError, parseDer, TAG } from "./der.js";
import { type Certificate, hasFingerprint, isIssuedBy, readCertificate } from "./certificate.js";
import { readSignedData } from "./cms.js";

export interface Authority {
  /** CAs: what they signed is accepted. */
  readonly issuers: readonly Certificate[];
  /** CAs and registration authorities that a CA certified. */
  readonly signers: readonly Certificate[];
  /** A registration authority where there is one. */
  readonly recipient: Certificate;
}

export function readAuthority(bytes: Uint8Array): Authority {
  const certificates = readCertificates(bytes);
  const only = certificates.length === 1 ? certificates : [];
  const marked = certificates.filter(({ isAuthority }) => isAuthority);
  const issuers = marked.length > 0 ? marked : only;
  const registrars = certificates.filter((each) => !issuers.includes(each) && issuers.some((issuer) => isIssuedBy(each, issuer)));
  const recipient = registrars.find(({ encrypts }) => encrypts) ?? issuers[0];
  if (recipient === undefined) throw new MalformedError("no certificate of a CA");
  // A CA signs its answers also where its key usage names certificates only: micromdm's does.
  return { issuers, signers: [...issuers, ...registrars.filter(({ signs }) => signs)], recipient };
}

function readCertificates(bytes: Uint8Array): readonly Certificate[] {
  const first = parseDer(bytes).parts[0];
  return first?.tag === TAG.oid ? readSignedData(bytes).certificates : [readCertificate(bytes)];
}

/** The part of an authority that a CA of that fingerprint vouches for; undefined when it is not there. */
export function narrowedTo({ signers, issuers, recipient }: Authority, fingerprint: Uint8Array): Authority | undefined {
  const root = issuers.find((each) => hasFingerprint(each, fingerprint));
  if (root === undefined) return undefined;
  const vouched = (each: Certificate): boolean => each === root || isIssuedBy(each, root);
  return { issuers: [root], signers: signers.filter(vouched), recipient: vouched(recipient) ? recipient : root };
}
