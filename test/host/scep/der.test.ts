// Goal: the reader of DER takes what is right, at any size, and refuses everything else within its bounds; times are the calendar's.
// Method: values written and read again, every cut of a real certificate, each rule broken once, dates against this machine's own.

import t from "tap";
import { DEPTH_MAX, der, ELEMENT_COUNT_MAX, parseDer, TAG } from "../../../host/scep/der.js";
import {
  derInteger, derOid, derTime, hexBytes, hexOf, readInteger, readOid, readTime, timeParse, timeText,
} from "../../../host/scep/der-values.js";
import { readCertificate } from "../../../host/scep/certificate.js";
import { authority } from "../../support/scep.js";
import { random } from "../../support/random.js";

const MALFORMED = { name: "MalformedError" };

t.test("whole numbers and object identifiers there and back", (t) => {
  const values = [0n, 1n, 127n, 128n, 255n, 256n, 2n ** 64n, 2n ** 2048n - 1n];
  for (const value of values) t.equal(readInteger(parseDer(derInteger(value))), value);
  t.equal(hexOf(derInteger(128)), "02020080", "a zero byte keeps it positive");
  for (const oid of ["1.2.840.113549.1.1.11", "2.16.840.1.113733.1.9.7", "2.5.4.3", "0.9.2342.19200300.100.1.25", "2.999.3"]) {
    t.equal(readOid(parseDer(derOid(oid))), oid);
  }
  t.end();
});

t.test("times are those of the calendar, from 1970 to 2106 and around leap days", (t) => {
  const chance = random(1);
  const instants = [0, 951782400, 951868799, 1709164800, 2524607999, 2524608000, 4107542400, 4294967295];
  for (const seconds of [...instants, ...Array.from({ length: 500 }, () => chance(0x7fffffff) * 2)]) {
    t.equal(timeText(seconds), new Date(seconds * 1000).toISOString().replace(".000Z", "Z"));
    t.equal(readTime(parseDer(derTime(seconds))), seconds);
  }
  const wrong = ["2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-01-01", "2026-01-01T24:00:00Z", ""];
  for (const text of wrong) t.equal(timeParse(text), undefined);
  t.end();
});

t.test("every cut of a certificate, and every byte behind it, is refused", (t) => {
  const { der: whole } = authority().certificate;
  t.same(readCertificate(whole).der, whole);
  for (let bytes = 0; bytes < whole.length; bytes++) t.throws(() => readCertificate(whole.subarray(0, bytes)), MALFORMED);
  t.throws(() => readCertificate(Uint8Array.of(...whole, 0)), MALFORMED);
  t.end();
});

t.test("each rule of the encoding, broken once", (t) => {
  const wrong: [string, string][] = [
    ["1f0100", "a tag of several bytes"], ["0200ff", "bytes behind"], ["028101ff", "a length that is not minimal"],
    ["02820001ff", "not minimal, two bytes"], ["0285000000000100", "a length of five bytes"], ["0280ff0000", "indefinite and primitive"],
    ["30800201", "indefinite without an end"], ["30030202ff", "longer than what it is in"], ["30", "no length"], ["", "nothing"],
  ];
  for (const [hex, what] of wrong) t.throws(() => parseDer(hexBytes(hex)), MALFORMED, what);
  t.same(parseDer(hexBytes("30800201050000")).parts.length, 1, "an indefinite length in its right place");
  t.end();
});

t.test("depth and count are bounded", (t) => {
  let nested = der(TAG.null);
  for (let depth = 0; depth < DEPTH_MAX; depth++) nested = der(TAG.sequence, nested);
  t.ok(parseDer(nested));
  t.throws(() => parseDer(der(TAG.sequence, nested)), /without end/);
  const many = Array.from({ length: ELEMENT_COUNT_MAX }, () => der(TAG.null));
  t.throws(() => parseDer(der(TAG.sequence, ...many)), /too many/);
  t.throws(() => parseDer(new Uint8Array(100_000).fill(0x30)), MALFORMED, "sequences without end");
  t.throws(() => parseDer(new Uint8Array(100_000).map((_, index) => (index % 2 === 0 ? 0x30 : 0x80))), MALFORMED, "open ones");
  t.end();
});
