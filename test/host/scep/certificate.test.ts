// Goal: what makes a certificate one of its issuer's, and what is too long to be one. Method: certificates of the site's CA key, with one
// thing changed.

import t from "tap";
import { SHA_256 } from "../../../host/scep/algorithms.js";
import { issueCertificate, isIssuedBy, readCertificate } from "../../../host/scep/certificate.js";
import { MalformedError } from "../../../host/scep/der.js";
import { derName } from "../../../host/scep/name.js";
import { AUTHORITY_KEY, REGISTRAR_KEY } from "../../../host/site/scep/keys.js";

const CA = derName("", "CA");
const plan = { serial: 1n, issuer: CA, subject: derName("", "telephone"), notBefore: 0, notAfter: 1e9, key: REGISTRAR_KEY };
const authority = readCertificate(
  issueCertificate({ ...plan, subject: CA, key: AUTHORITY_KEY, isAuthority: true }, SHA_256, AUTHORITY_KEY),
);

t.test("issued: the issuer's name and its key, both", (t) => {
  const issued = (more: Partial<typeof plan>, key = AUTHORITY_KEY): boolean =>
    isIssuedBy(readCertificate(issueCertificate({ ...plan, ...more }, SHA_256, key)), authority);
  t.equal(issued({}), true);
  t.equal(issued({ issuer: derName("", "another CA") }), false, "the CA's key under another name");
  t.equal(issued({}, REGISTRAR_KEY), false, "the CA's name over another key");
  t.end();
});

t.test("a serial number has an end", (t) => {
  const serialOf = (bytes: number): bigint => readCertificate(issueCertificate({ ...plan, serial: 1n << BigInt(8 * bytes - 2) }, SHA_256,
    AUTHORITY_KEY)).serial;
  t.equal(serialOf(64), 1n << 510n);
  t.throws(() => serialOf(65), MalformedError);
  t.end();
});
