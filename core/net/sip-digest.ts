// The answer to a challenge: RFC 7616 §3.4.1 with MD5 or SHA-256, with qop=auth or without (RFC 2069's form).
//
// In: who and which secret, what was asked, and the request's method and target. Out: hex digits. The secret is read and not kept.

import { textBytes, textPtr } from "../base/texts";
import { md5Finish, md5Init, md5Push } from "../crypto/md5";
import { sha256Finish, sha256Init, sha256Push } from "../crypto/sha256";
import {
  Algorithm, Asker, challengeAlgorithm, challengeHasQop, challengeNonceBytes, challengeNoncePtr, challengeRealmBytes, challengeRealmPtr,
} from "./sip-challenge";
import { SIP_AUTH } from "../base/texts";

const HEX = memory.data<u8>([
  0x30, 0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37, 0x38, 0x39, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66,
]);
const COLON = memory.data<u8>([0x3a]);
const DIGEST = memory.data(32, 8);
/** Hex of the hashes of who asks and of what is asked; the first is the answer in the end. */
const FIRST = memory.data(64, 8);
const SECOND = memory.data(64, 8);

let algorithm: Algorithm = Algorithm.Md5;
let pieceCount: i32 = 0;

/** Hex digits of the answer. The count is eight digits, the client's nonce any text without quotes. */
export function digestAnswer(
  asker: Asker, userPtr: usize, userBytes: i32, passwordPtr: usize, passwordBytes: i32, method: i32, uriPtr: usize, uriBytes: i32,
  countPtr: usize, noncePtr: usize, nonceBytes: i32,
): i32 {
  algorithm = challengeAlgorithm(asker);
  digestStart();
  digestPiece(userPtr, userBytes);
  digestPiece(challengeRealmPtr(asker), challengeRealmBytes(asker));
  digestPiece(passwordPtr, passwordBytes);
  digestEnd(FIRST);
  digestStart();
  digestPiece(textPtr(method), textBytes(method));
  digestPiece(uriPtr, uriBytes);
  const hexBytes = digestEnd(SECOND);
  digestStart();
  digestPiece(FIRST, hexBytes);
  digestPiece(challengeNoncePtr(asker), challengeNonceBytes(asker));
  if (challengeHasQop(asker)) {
    digestPiece(countPtr, 8);
    digestPiece(noncePtr, nonceBytes);
    digestPiece(textPtr(SIP_AUTH), textBytes(SIP_AUTH));
  }
  digestPiece(SECOND, hexBytes);
  return digestEnd(FIRST);
}

export function digestAnswerPtr(): usize {
  return FIRST;
}

/** Writes a number as hex digits. */
export function digestHexWord(target: usize, value: u32): void {
  for (let i: i32 = 7; i >= 0; i--, value >>>= 4) store<u8>(target + <usize>i, load<u8>(HEX + <usize>(value & 15)));
}

function digestStart(): void {
  pieceCount = 0;
  if (algorithm == Algorithm.Sha256) sha256Init();
  else md5Init();
}

/** Pieces are joined by colons. */
function digestPiece(ptr: usize, bytes: i32): void {
  if (pieceCount > 0) digestPush(COLON, 1);
  pieceCount++;
  digestPush(ptr, bytes);
}

function digestPush(ptr: usize, bytes: i32): void {
  if (algorithm == Algorithm.Sha256) sha256Push(ptr, bytes);
  else md5Push(ptr, bytes);
}

/** Writes the hash as hex digits; their count. */
function digestEnd(target: usize): i32 {
  const bytes: i32 = algorithm == Algorithm.Sha256 ? 32 : 16;
  if (algorithm == Algorithm.Sha256) sha256Finish(DIGEST);
  else md5Finish(DIGEST);
  for (let i: usize = 0; i < <usize>bytes; i++) {
    const byte = <i32>load<u8>(DIGEST + i);
    store<u8>(target + i * 2, load<u8>(HEX + <usize>(byte >> 4)));
    store<u8>(target + i * 2, load<u8>(HEX + <usize>(byte & 15)), 1);
  }
  return bytes * 2;
}
