// Harness: the crypto modules with their functions exported, and nothing else, so its size is theirs.

import "../../core/base/panic"; // Stands in for `abort`.
import { crc32Get, crc32Init, crc32Of, crc32Push } from "../../core/crypto/crc32";
import { ecdsaVerify } from "../../core/crypto/ecdsa-p256";
import { ed25519Finish, ed25519Push, ed25519Start, ed25519Verify } from "../../core/crypto/ed25519";
import { knownCrc32, knownEd25519, knownInit, knownPush, knownSha256 } from "../../core/crypto/known-answers";
import { rsaPssVerify } from "../../core/crypto/rsa-pss";
import { sha256Finish, sha256Init, sha256Push } from "../../core/crypto/sha256";
import { sha256Blocks } from "../../core/crypto/sha256-lanes";
import { sha512Finish, sha512Init, sha512Push } from "../../core/crypto/sha512";

export { crc32Init as crc32_init, crc32Push as crc32_push, crc32Get as crc32_get, crc32Of as crc32_of };
export { sha256Init as sha256_init, sha256Push as sha256_push, sha256Finish as sha256_finish };
export { sha256Blocks as sha256_blocks };
export { sha512Init as sha512_init, sha512Push as sha512_push, sha512Finish as sha512_finish };
export { ed25519Start as ed25519_start, ed25519Push as ed25519_push, ed25519Finish as ed25519_finish, ed25519Verify as ed25519_verify };
export { ecdsaVerify as ecdsa_verify, rsaPssVerify as rsa_pss_verify };
export { knownInit as known_init, knownPush as known_push };
export { knownCrc32 as known_crc32, knownSha256 as known_sha256, knownEd25519 as known_ed25519 };
