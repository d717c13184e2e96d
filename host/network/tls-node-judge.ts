// Whether the telephone believes a server's certificate: issuers, dates, names (RFC 5280 §6, RFC 2818 §3.1, RFC 6125 §6).
//
// In: the chain as the server sent it, what is trusted, the telephone's date, and the name that was asked for. Out: nothing, or the
// status and a sentence. The date is the telephone's and never this machine's, so it is judged here and not by the TLS engine, which
// proves that the server has the key of the first certificate.

import { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { Status } from "../../hal/abi.js";
import { printable } from "../event-text.js";
import { nameText, pathLengthOf, readCertificate, type Certificate } from "../x509/certificate.js";
import { dayText } from "../x509/day.js";
import type { TcpState } from "./network.js";

export interface TlsQuestion {
  /** DER as the server sent them, its own first. */
  readonly chain: readonly Uint8Array[];
  /** DER of the certificates that are trusted. */
  readonly trusted: readonly Uint8Array[];
  /** Milliseconds since 1970. */
  readonly dateMs: number;
  /** As it was written: a host name or an address. */
  readonly name: string;
  readonly checkName: boolean;
}

interface Link {
  readonly parsed: Certificate;
  readonly x509: X509Certificate;
}

/** More issuers than any real chain has. */
const CHAIN_MAX = 8;
/** Signature algorithms that prove nothing any more: MD2, MD4 and MD5 with RSA. */
const BROKEN_SIGNATURES = /^1\.2\.840\.113549\.1\.1\.[234]$/;
/** Critical extensions that are understood: key usage, alternative names, basic constraints, policies, extended key usage. */
const KNOWN_EXTENSIONS = ["2.5.29.15", "2.5.29.17", "2.5.29.19", "2.5.29.32", "2.5.29.37"];
const SERVER_USES = ["1.3.6.1.5.5.7.3.1", "2.5.29.37.0"];

/** Undefined where the certificate is good. */
export function judgeCertificate(question: TlsQuestion): TcpState | undefined {
  try {
    const chain = question.chain.slice(0, CHAIN_MAX).map(linkOf);
    const path = pathOf(chain, inDateFirst(question.trusted.map(linkOf), question.dateMs));
    if (path === undefined) return untrusted(chain, question.trusted.length);
    return formFault(path) ?? dateFault(path, question.dateMs) ?? useFault(path[0]!) ?? nameFault(path[0]!, question);
  } catch (error) {
    return fault(Status.TlsCertificate, `certificate cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function linkOf(der: Uint8Array): Link {
  return { parsed: readCertificate(der), x509: new X509Certificate(der) };
}

/** An authority's renewed certificate may have the key of the one before, and both be trusted. */
function inDateFirst(links: readonly Link[], dateMs: number): Link[] {
  const isInDate = ({ parsed }: Link): boolean => dateMs >= parsed.notBefore && dateMs <= parsed.notAfter;
  return [...links.filter(isInDate), ...links.filter((link) => !isInDate(link))];
}

/** From the server's certificate to one that is trusted, both included. */
function pathOf(chain: readonly Link[], trusted: readonly Link[]): Link[] | undefined {
  const path = chain.slice(0, 1);
  for (let last = path[0]; last !== undefined && path.length <= CHAIN_MAX; last = path[path.length - 1]) {
    const { raw } = last.x509;
    if (trusted.some(({ x509 }) => x509.raw.equals(raw))) return path;
    const anchor = trusted.find((link) => issued(link, last!));
    if (anchor !== undefined) return [...path, anchor];
    const next = chain.find((link) => !path.includes(link) && issued(link, last!));
    if (next === undefined) return undefined;
    path.push(next);
  }
  return undefined;
}

function issued({ x509: issuer }: Link, { x509: subject }: Link): boolean {
  return issuer.ca && subject.checkIssued(issuer) && subject.verify(issuer.publicKey);
}

function untrusted(chain: readonly Link[], count: number): TcpState {
  const own = chain[0]?.parsed;
  if (own === undefined) return fault(Status.TlsCertificate, "no certificate was shown");
  const issuer = chain[chain.length - 1]!.parsed.issuer;
  const who = Buffer.from(own.issuer).equals(own.subject) ? "certificate is signed by itself, and it is not trusted"
    : `certificate is of ${nameText(issuer)}, which is not trusted`;
  return fault(Status.TlsUnknownCa, count === 0 ? `${who}: the telephone trusts no certificate yet` : who);
}

/** What makes a certificate of the path unusable whatever the date. */
function formFault(path: readonly Link[]): TcpState | undefined {
  for (const [index, { parsed }] of path.entries()) {
    const unknown = parsed.extensions.find(({ oid, critical }) => critical && !KNOWN_EXTENSIONS.includes(oid));
    if (unknown !== undefined) {
      return fault(Status.TlsCertificate, `${whose(path, index)} has a rule that the telephone does not know: ${unknown.oid}`);
    }
    const isAnchor = index === path.length - 1 && index > 0;
    if (!isAnchor && BROKEN_SIGNATURES.test(parsed.signature)) {
      return fault(Status.TlsCertificate, `${whose(path, index)} is signed with MD5 or older`);
    }
    if (index > 0 && (pathLengthOf(parsed) ?? -1) < index - 1) {
      return fault(Status.TlsCertificate, `${whose(path, index)} may not vouch for so long a chain`);
    }
  }
  return undefined;
}

function dateFault(path: readonly Link[], dateMs: number): TcpState | undefined {
  const today = `the telephone's date is ${dayText(dateMs)}`;
  for (const [index, { parsed }] of path.entries()) {
    if (dateMs > parsed.notAfter) return fault(Status.TlsExpired, `${whose(path, index)} expired on ${dayText(parsed.notAfter)}; ${today}`);
    if (dateMs < parsed.notBefore) {
      return fault(Status.TlsNotYetValid, `${whose(path, index)} is not valid before ${dayText(parsed.notBefore)}; ${today}`);
    }
  }
  return undefined;
}

function useFault({ x509 }: Link): TcpState | undefined {
  const uses = x509.keyUsage as readonly string[] | undefined; // Node's name for the extended ones.
  if (uses === undefined || uses.some((use) => SERVER_USES.includes(use))) return undefined;
  return fault(Status.TlsCertificate, "certificate is not for servers: its extended key usage lacks serverAuth");
}

/** An address must stand in the certificate as one; a common name counts where no DNS name does (RFC 2818 §3.1). */
function nameFault({ x509, parsed }: Link, { name, checkName }: TlsQuestion): TcpState | undefined {
  if (!checkName) return undefined;
  const host = name.replace(/\.$/, "");
  const fits = isIP(host) === 0 ? x509.checkHost(host, { partialWildcards: false }) : x509.checkIP(host);
  if (fits !== undefined) return undefined;
  const names = namesText(x509, parsed);
  return fault(Status.TlsName, isIP(host) === 0 ? `the name in the certificate is ${names}, the server is ${host}`
    : `the certificate is for ${names}, and the address ${host} is not among its alternative names (as iPAddress)`);
}

function namesText(x509: X509Certificate, parsed: Certificate): string {
  const names = (x509.subjectAltName ?? "").split(", ").flatMap((item) => /^(?:DNS|IP Address):(.+)$/.exec(item)?.[1] ?? []);
  const shown = names.length > 0 ? names : [nameText(parsed.subject) || "empty"];
  return shown.length > 4 ? `${shown.slice(0, 4).join(", ")} and ${shown.length - 4} more` : shown.join(", ");
}

/** The server's own is just the certificate. */
function whose(path: readonly Link[], index: number): string {
  return index === 0 ? "certificate" : `certificate of its issuer ${nameText(path[index]!.parsed.subject)}`;
}

function fault(status: Status, reason: string): TcpState {
  return { status, reason: printable(reason) }; // It holds names that the server chose.
}
