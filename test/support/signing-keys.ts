// Key pairs for tests, the same in every run: P-256 from a seed's text, RSA of two sizes made once for these tests and used nowhere else.
//
// `differentialCount` says how many signatures or messages a comparison with Node's crypto takes: a sample, or all that the
// environment variable OFFHOOK_DIFFERENTIAL asks for (docs/TESTING.md).

import { p256 } from "@noble/curves/nist.js";
import { constants, createPrivateKey, createPublicKey, sign, verify, type KeyObject } from "node:crypto";
import process from "node:process";
import t from "tap";
import type { Signer } from "../../host/image/pack.js";
import { seededBytes } from "./seeded.js";

export interface Pair {
  readonly privateKey: KeyObject;
  /** DER SubjectPublicKeyInfo. */
  readonly spki: Buffer;
}

export const P256_PREFIX_BYTES = 27;
const P256_PKCS8 = "3041020100301306072a8648ce3d020106082a8648ce3d030107042730250201010420";
const RSA_PKCS8: Readonly<Record<number, string>> = {
  2048:
    "MIIEvAIBADANBgkqhkiG9w0BAQEFAASCBKYwggSiAgEAAoIBAQC4xBrPU04f5+cs7u9d/YUtLoMNahvKjPSENonZc0qcvfeX7/UPtTLDgzGfBWM1T7kT" +
    "P2Ukfv1ofr8FRQ3WgQZQ/33qmsUe/t+AX4ZIejWzsgMYYs3IxYjB1IQXL9sR/ksw+UpgOyTTkF9+fCfs3dCOr7ufnF+jec0bYHk+zV4kNiU9zv3m7fra" +
    "schN/nQDseXJAzM+s0gIU1/dE9QsFWO708/FnAoW66YzeNM/0JeG4tm+2EgPVGjPMuJrsK5OmmOqaQXVaCjYbEm83w6hgQQOD+oWE/f2PqVDJlMFwlkV" +
    "aR6JDSdBqnf1Tp9B6tXQNlmuxn+8bT+vtuYS1JQk6s6HAgMBAAECggEADFU2rukSGWoa0bJ/Mshl1863e7E9+qau+ZZEXEnoTI8XlEI1mt9O7KL4sHMl" +
    "HJ1eLq04HJgHZS60pG7oDg3dtJFhP8Ql7Tw5AfIeXf8eT4jN0RZjQwgAaWO8j2mn10sgjLvPHZ5FBoQoA6LY7WQe9C9BuFUxQxGxwaaOYUVHB+aiHfwH" +
    "hs2azRSa/cp6ZA1yQdpFzEq9bGP+S3pRb0glf75d3qcuj5/yY9QBYrSCToyjdBrEhwvLaEUx2KKgzo6Ro/Pirx/TvhT3r5WE67Tj9JHfa7tkrLMAx6lN" +
    "UucK4eVZf0yAOn4jZsKRNQEUWgdGBbZL1wvNS8odIRs5OnTIJQKBgQDzEZMeI/4TSz369LcwbVXeMDDa8yfNV5TbjxVX1IpY6giKBitc0RpB/maHAIFU" +
    "ZR+j8uz6Av1zhNkQxXPQvfhwFWfCOX5vzb6t7HRNsqVZO2RBmNE2iMVeCfSM2MASD1BrIEQRBIzRjtz+ch2g2xKu/4fnzRr2NARnO4C+uPp/GwKBgQDC" +
    "mH02S2Z9vlzFGnU4uttaaninFv2kHZkcbn7xwinhihWd4RYw3lK40AMKZh19TF53U2lZ8FkJ09cEixXk1wpmXqMvAlLzietzHBoVCzF6kyB3cU3Zy9QT" +
    "IVAluoU7D1RICz1lTQqUD07W4YRE1vblLVar/M1dquZSD0g6GLEpBQKBgGAZx7e39UE9k2DAFhlgcP2qwfYfAtKN2P3BoWebUaN7zCp96/EDf0UuRu0D" +
    "Rx7N6GeSqRzjx78/e+7EkliqcyolXGOPBa1AhC4ReZ4qjnMsJyREPhs4kgfvGbACFlZNlbb1B9ROnzpPKJK1HX+2fbmQr/P2xL0orcD+5pUBX5CXAoGA" +
    "FHnXMw9cCX8uY88U5pNC4ZCygWJ57frvUX6O/QFhRsow3BwDKcE7ExdQOpfkInsWtZehTkVsGQyhY2j/NMUr4vmyUg/8ioPIsqQSWoSDAFLa57aUaoZ4" +
    "Gks3E8E8o6pJRAtqum4Q3uN9eD7inBvCfvr2U8KWGXUSJzBUeUh/28ECgYBo2+7SWTzsU53gQBMwzYl14yWL6NnZJGbajQYoTmCd186M5VrY4P6/NIXV" +
    "PzATo0jCwqGcOUA2rpfqb7b9uv8zgfwZirswSaeffCAU/Ksj+1eAKJXhxIZx1PNX5IcB6b6tLmWsx+IJYVwsD6Q5Tuo6DxVW+kocwHaxf/mrNTUZ5w==",
  3072:
    "MIIG/AIBADANBgkqhkiG9w0BAQEFAASCBuYwggbiAgEAAoIBgQC/CAj4wl35rdxFZyKvIkYxmW5QChpotrsr9Fk8GtbaTuZQKMDYVifH96GMMLmhsYT+" +
    "Ei5i4NY7uySVXj+T1gugsWFcQTw6gR54whhAb7uvrTLLYObNpUkdPjQ64zwRyGscYphGk3lVHj+AP7qpkksjcCOLapTYAL4MLUHDLWj1cxRl1UzqcKy5" +
    "7nfeib2B1sxbzifwYqkYcQ1jHJZ3BsjmGynH9ncPJ2yrY2twvr4P0M5uQHBgY0BJJZF5yMDl2gemOZtY38W6ShisN+sadO2TwmPYgR/SRZUDGWU2Xq4j" +
    "q40Ac0RqSGxx0NlVTsu4u+h6WjqcRvc3Bt9jWUXCtvjLyU8I9PriEC0Bxf35CU4943akmF8Liu05ThyI1BGywEVgwHodSJ70Bi0CwYe0VSBSbs7tp4OF" +
    "AkNMr4hhSQ2DMtkDddz8t1BSQDyx8CbV3k9m6+jS8LWz6skJhO5yFAdMozNrTDn13ERJsEwkCoUf/A0H1nVTdkAUZSqgaqIvM6cCAwEAAQKCAYAfi24f" +
    "1ci64BDNjRhXHyvEKPfkU6bEv9fsjC7oE+6CoiC5/+DIWIG9LZEJm0or/ypc4hey0DnQJzkFSUjqWqAU6vWOzF7rskKb4kEq8shlXA5VMy0prC+Emq75" +
    "Qmi67wNw7n8CuHuCqLoHrX5fXf72XSAhd3oYqRa44AhJ+IeqcFRf9Hb9B5oeIdi9cLVQaW3ZgxNpSIFvvcteIGxgP0iRZs7hbDuAzxvMuWAWgAjWh75u" +
    "yklEQV9uNLvvBk2EJxpvNiLbBkX607v43SSkXxYooO/0i10Xco5ykOI/NiZXzk7gbO6hJFeNeBcAtWJZxqeCIuXlqqce0dMnFcotcQW2s7+AoItY+ahH" +
    "ONxbC5zd9Q/pA273E9hX11Ppz4cEaDksIJEk3/xE51LhTLWbMKFWelnh6T6Jd9uQX4QArrgXp2nPBT2EG7gTLRJ57rmsfTD5hyCCLAka1tJp7SVSVM8H" +
    "grcMaU2o5c/6oAcAv/hfV7gm2wzSmBw56tiqziQkRoECgcEA4WmsZ9cKCkWNq6XSriwCxf7U0TRHewUHRhRSMFSQ1icsbTRuUNtWiztRn0bPxu4IRbo7" +
    "tpJx6u0Z8t8h97b8LNqB/SMvj7sntMPGdG7nFr2UgEOCDhnPuq9Q4eaV9wchFpOO5LVqj4xgEHGVPi1T9gkhpl5p/d1gEJ63H8nZr509ANR1ofHM9i4t" +
    "nOocqs+ns8FWbQEGJz5hLmAMnQl5zJnYIA9axaCKLmWMUGZHCA8X3xHn1zJFh63xt071/ItHAoHBANj0B7R/IQB0CULf1tBmwgdEqB2Zi30P34M4t/6y" +
    "aQx/D/CYOq5KfBjWPY5H4FWzil1ZpLWHjnzzWvfPykx2PK+9r/Dl/yN4bVElJHQv3E4iSnYBgHACkCL8kmD3xw3TaMmvU0VqugZuWz5Ns7rAONGkKo1H" +
    "ewTjMgyibo9yyeNl4qKorUuyiX0pP+IixE7yI6NEczye8WLB8ytYwLoSIztk8ANdLv9TgPHM0O9XwulqrM6coTj3mWtiJKtxVJ2EoQKBwDqNuLtAoNsK" +
    "NkLgUFnuFMpZ5+5wJiFOrRUHMlJbpUP76Q51EDLwxwpj3lABlPeX3Y4/UkOaxvy/mn38eFZgsiD0oc+f1DsB4s6SDHsyU9UUaf7nimEfU1arM9d6jnoc" +
    "3/t9WSEP/x5K2Kls19fO7oB63sLYw6+uUcX/dJJNXL7BmZcdmXD33sYUOMUKC2hTiLyo/EpUecS374acbKpeS8VaMUoisvGjQkHLHyfDabAuO4U2oYLF" +
    "DEqyZJe5ayyvAQKBwHMTbYrV6+FbqxXnuP+toblNN4cLzKs3Yi0uRpo4c/QG6aOKe4W7SHu8F8aCZYHPy9KcG/uVvYSVaGkNtJY+GQ52pP44YM6lsAZc" +
    "lytxv39KPQi+3yuKkH2eTt5UTycMPgbMknS9mZKTsp4nhO/HyduZImDxy1TaVc/R0KcSEfgmMMJqihEe0EKtQI9oNYxSb4jIY/+BpzPlAGC7oO6RdFKq" +
    "xYxjPux7lGetZh2uBVreFG87MWEQJDaLRjwRzvoGQQKBwDwTL+eyl3Ldnm4AWULAaLx8S0pxicV/ACPy41hFDifXHSksqzz3rRyAcM1Sz1gL+e38Uvja" +
    "iZHi/MavfZl1oJHLcnHCyhoPRefDCXdcjCNXwquyKON5XxWhMpB9FHIV33m+jZji/tnA8kImCQT7NhLSW4sa00iuhk0Sdq2rt3F7QG4E5CkLhxCysSLV" +
    "lmFT8z5sh7UWCQ32Y+Iubj6BLBsbkQoC6gyK9kXo4ROKQyfzsGSYlTV9C8EM7fj6OpzOwA==",
};

function pairOf(der: Buffer): Pair {
  const privateKey = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  return { privateKey, spki: createPublicKey(privateKey).export({ format: "der", type: "spki" }) };
}

export function p256Pair(seed: string): Pair {
  const scalar = seededBytes(seed, 32);
  scalar[0] = 1; // Below the order whatever the seed.
  return pairOf(Buffer.concat([Buffer.from(P256_PKCS8, "hex"), scalar]));
}

export function rsaPair(bits: 2048 | 3072): Pair {
  return pairOf(Buffer.from(RSA_PKCS8[bits]!, "base64"));
}

const pss = (key: KeyObject) => ({ key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 });

/** Signs with SHA-256; RSA with PSS and 32 bytes of salt. */
export function signMessage({ privateKey }: Pair, message: Uint8Array): Buffer {
  return sign("sha256", message, privateKey.asymmetricKeyType === "rsa" ? pss(privateKey) : privateKey);
}

/** Node's verdict; a key that Node refuses verifies nothing. */
export function nodeVerifies(spki: Buffer, message: Uint8Array, signature: Uint8Array): boolean {
  try {
    const key = createPublicKey({ key: spki, format: "der", type: "spki" });
    return verify("sha256", message, key.asymmetricKeyType === "rsa" ? pss(key) : key, signature);
  } catch {
    return false;
  }
}

/** The packer's signer for a pair. */
export function signerOf(pair: Pair): Signer {
  const sign = (message: Uint8Array) => signMessage(pair, message);
  if (pair.privateKey.asymmetricKeyType === "ec") return { algorithm: "p256", spki: pair.spki, sign };
  return { algorithm: "rsa2048", spki: pair.spki, named: pkcs1Of(pair), sign };
}

/** The same of a P-256 pair, with a signature that is the same each time (RFC 6979): for what is kept in a file. */
export function steadySignerOf(pair: Pair): Signer {
  const scalar = Buffer.from(pair.privateKey.export({ format: "jwk" }).d!, "base64url");
  return { algorithm: "p256", spki: pair.spki, sign: (message) => Buffer.from(p256.sign(message, scalar, { format: "der" })) };
}

/** PKCS #1 form of an RSA pair's public key. */
export function pkcs1Of({ privateKey }: Pair): Buffer {
  return createPublicKey(privateKey).export({ format: "der", type: "pkcs1" });
}

export function differentialCount(sample: number): number {
  const asked = process.env["OFFHOOK_DIFFERENTIAL"];
  if (asked === undefined) return sample;
  t.setTimeout(0); // Who asks for more waits for it: 10,000 signatures of RSA-3072 take minutes.
  return Number(asked);
}
