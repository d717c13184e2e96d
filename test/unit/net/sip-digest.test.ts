// Goal: a challenge is answered as RFC 2617, RFC 7616 and another implementation answer it, and one that cannot be answered is known as
// that. Method: the RFCs' own vectors; seeded challenges against node:crypto; a table of challenges that are malformed or ask for more.

import { createHash } from "node:crypto";
import t from "tap";
import { Random } from "../../../host/random.js";
import { loadHarness } from "../../support/harness.js";

const core = loadHarness("sip", () => ({}));
const input = core.call("input_ptr");

interface Login {
  readonly get?: boolean;
  readonly challenge: string;
  readonly user: string;
  readonly password: string;
  readonly uri: string;
  readonly cnonce: string;
}

/** Hex digits; empty where the challenge cannot be answered. */
function answer({ get = false, challenge, user, password, uri, cnonce }: Login): string {
  const parts = [challenge, user, password, uri, "00000001", cnonce].map((text) => Buffer.from(text, "latin1"));
  core.write(input, Buffer.concat(parts));
  const [first, ...rest] = [challenge, user, password, uri, cnonce].map((text) => text.length);
  const bytes = core.call("digest", get ? 1 : 0, first!, ...rest);
  return bytes < 0 ? "" : Buffer.from(core.read(core.call("digest_ptr"), bytes)).toString("latin1");
}

t.test("the RFCs' own vectors", (t) => {
  const rfc2617 = {
    get: true, user: "Mufasa", password: "Circle Of Life", uri: "/dir/index.html", cnonce: "0a4f113b",
    challenge: 'Digest realm="testrealm@host.com", qop="auth,auth-int", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", ' +
      'opaque="5ccc069c403ebaf9f0171e9517f40e41"',
  };
  t.equal(answer(rfc2617), "6629fae49393a05397450978507c4ef1", "RFC 2617 §3.5");
  const rfc7616 = (algorithm: string) => ({
    get: true, user: "Mufasa", password: "Circle of Life", uri: "/dir/index.html", cnonce: "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
    challenge: `Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=${algorithm}, ` +
      'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"',
  });
  t.equal(answer(rfc7616("MD5")), "8ca523f5e9506fed4657c9700eebdbec", "RFC 7616 §3.9.1, MD5");
  t.equal(answer(rfc7616("SHA-256")), "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1", "RFC 7616 §3.9.1, SHA-256");
  t.end();
});

t.test("seeded challenges, with and without qop, against node:crypto", (t) => {
  const random = new Random(5);
  const word = () => random.word().toString(36);
  for (let round = 0; round < 200; round++) {
    const [realm, nonce, user, password, cnonce] = [word(), word() + word(), word(), word(), word()] as const;
    const [name, algorithm] = random.word() % 2 === 0 ? ["md5", "MD5"] : ["sha256", "SHA-256"];
    const hasQop = random.word() % 2 === 0;
    const hash = (text: string) => createHash(name!).update(text).digest("hex");
    const middle = hasQop ? `${nonce}:00000001:${cnonce}:auth` : nonce;
    const wanted = hash(`${hash(`${user}:${realm}:${password}`)}:${middle}:${hash("REGISTER:sip:example.com")}`);
    const challenge = `Digest realm="${realm}",nonce="${nonce}",algorithm=${algorithm}${hasQop ? ',qop="auth"' : ""}`;
    const got = answer({ challenge, user, password, uri: "sip:example.com", cnonce });
    if (got !== wanted) t.fail(`round ${round}: ${challenge}`);
  }
  t.pass("200 challenges, seed 5");
  t.end();
});

t.test("what cannot be answered", (t) => {
  const login = { user: "u", password: "p", uri: "sip:a", cnonce: "c" };
  const unusable = [
    "Basic realm=\"a\"", "Digest", "Digest ", 'Digest realm="a"', 'Digest nonce="b"', 'Digest realm="a", nonce="b", algorithm=MD5-sess',
    'Digest realm="a", nonce="b", algorithm=SHA-512-256', 'Digest realm="a", nonce="b", qop="auth-int"',
      'Digest realm="a", nonce="b", qop=""',
    `Digest realm="${"r".repeat(129)}", nonce="b"`, `Digest realm="a", nonce="${"n".repeat(513)}"`,
    `Digest realm="a", nonce="b", opaque="${"o".repeat(257)}"`, 'Digest realm="a", realm="b", nonce="c"',
      'Digest realm="a", nonce="b", nonce="c"',
    'Digestrealm="a", nonce="b"',
    'Digest realm="a"b", nonce="c"', 'Digest realm="a, nonce="b"', 'Digest realm=a"b"c, nonce="d"', 'Digest realm="a\\", nonce="b"',
    'Digest realm="a\\"", nonce="b\\"', 'Digest realm="a", nonce="b\x01"', 'Digest realm="a", nonce="b", opaque="\x7f"',
    'Digest realm="a", nonce=b\\', 'Digest realm="a", nonce="b\\\x02"',
    'Digest realm="a", nonce="b", algorithm=SHA-256, algorithm=MD5', 'Digest realm="a", nonce="b", algorithm=MD5, algorithm=SHA-256',
    'Digest realm="a", nonce="b", qop="auth", qop="auth"', 'Digest realm="a", nonce="b", opaque="c", opaque="c"',
  ];
  for (const challenge of unusable) t.equal(answer({ ...login, challenge }), "", challenge.slice(0, 60));
  const usable = ['digest REALM = "a" , NONCE = "b"', 'Digest realm="a", nonce="b", algorithm=md5', 'Digest\trealm="a",nonce=b,stale=TRUE',
    'Digest realm="a\\"b", nonce="x,y", domain="sip:a", charset=UTF-8, x'];
  for (const challenge of usable) t.match(answer({ ...login, challenge }), /^[0-9a-f]{32}$/, challenge);
  t.end();
});
