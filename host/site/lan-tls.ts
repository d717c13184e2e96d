// What a file server of a LAN shows under TLS: its certificate and key, made here as the LAN file says.
//
// In: the file server's `tls`, checked, and its address. Out: PEM of certificate and key, the same for the same words. The authority's
// key is made of a text that everybody can read here: it is for this LAN and for nothing else.

import { dayMs } from "../x509/day.js";
import { certificatePem, makeCertificate, namedKey } from "../x509/make.js";
import type { SchemaFinding } from "./json-schema.js";

/** A certificate that is made here, or files, or none. */
export interface LanTls {
  readonly port?: number;
  readonly names?: readonly string[];
  readonly commonName?: string;
  readonly from?: string;
  readonly to?: string;
  readonly issuer?: "lan" | "stranger" | "itself";
  readonly certificate?: string;
  readonly key?: string;
  readonly plain?: boolean;
}

/** PEM of a server's certificate, then its issuers', and of its private key. */
export interface TlsIdentity {
  readonly certificate: string;
  readonly key: string;
}

const AUTHORITY = "Offhook LAN authority";
const STRANGER = "Nobody's authority";
const FIRST_DAY = "2000-01-01";
const LAST_DAY = "2099-12-31";
/** The last second of a day. */
const DAY_END_MS = 86_399_000;

/** The certificate that vouches for the LAN's servers, as PEM: examples/lan-ca.pem. */
export function lanAuthorityPem(): string {
  return certificatePem(makeCertificate({
    subject: AUTHORITY, key: namedKey(AUTHORITY), authority: { pathLength: 0 }, ...validity({}),
  }));
}

/** The certificate that a `tls` without files describes. */
export function lanTlsIdentity(tls: LanTls, address: string): TlsIdentity {
  const names = tls.names ?? [address];
  const key = namedKey(`Offhook LAN server ${address}`);
  const issuer = tls.issuer === "stranger" ? STRANGER : AUTHORITY;
  const certificate = certificatePem(makeCertificate({
    subject: tls.commonName ?? names[0] ?? address, names, key, ...validity(tls),
    ...(tls.issuer === "itself" ? {} : { issuer: { subject: issuer, key: namedKey(issuer) } }),
  }));
  return { certificate, key: key.privatePem };
}

function validity({ from = FIRST_DAY, to = LAST_DAY }: LanTls): { notBefore: number; notAfter: number } {
  return { notBefore: dayMs(from)!, notAfter: dayMs(to)! + DAY_END_MS };
}

/** What spans the members of a `tls`. */
export function lanTlsFindings(tls: LanTls, path: string): SchemaFinding[] {
  const { port, plain, certificate, key, ...made } = tls;
  const findings: SchemaFinding[] = [];
  const files = certificate !== undefined || key !== undefined;
  if (files && (certificate === undefined || key === undefined)) {
    findings.push({ path, message: "`certificate` and `key` belong together; give both, or neither" });
  }
  const extra = Object.keys(made)[0];
  if ((files || plain === true) && extra !== undefined) {
    const beside = files ? "files" : "plain";
    findings.push({ path: `${path}/${extra}`, message: `${extra} describes a certificate that is made; leave it out beside ${beside}` });
  }
  if (files && plain === true) findings.push({ path: `${path}/plain`, message: "a port without TLS shows no certificate; leave one out" });
  for (const name of ["from", "to"] as const) {
    const day = made[name];
    if (day !== undefined && dayMs(day) === undefined) findings.push({ path: `${path}/${name}`, message: `"${day}" is no day` });
  }
  if (made.names?.length === 0 && made.commonName === undefined) {
    findings.push({ path: `${path}/commonName`, message: "a certificate without names needs one" });
  }
  return findings;
}
