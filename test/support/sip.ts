// A response to the request that the SIP harness waits for, and what its parser says of one: for unit tests and fuzzing.

import type { Harness } from "./harness.js";

export const BRANCH = "z9hG4bK1a2b3c4d5e6f7089";
export const CALL_ID = "0123456789abcdef";
export const SEQUENCE = 2;
export const CONTACT = "sip:4001@10.0.8.50:5060";
const INPUT_BYTES = 0x8000;

/** Headers that make a response ours. */
export const OURS = `Via: SIP/2.0/TCP 10.0.8.50:5060;rport=5060;branch=${BRANCH};received=10.0.8.50\r\n` +
  `From: <sip:4001@example.com>;tag=1\r\nTo: <sip:4001@example.com>;tag=2\r\nCall-ID: ${CALL_ID}\r\nCSeq: ${SEQUENCE} REGISTER\r\n`;

export interface Read {
  /** Of a stream: the messages that were complete; of a datagram one at most. */
  readonly messages: readonly Message[];
  readonly failed: boolean;
}

export interface Message {
  readonly ours: boolean;
  readonly status: number;
  readonly expires: number;
  readonly minExpires: number;
  readonly retryAfter: number;
  readonly target: string;
  /** By asker, 0 registrar, 1 proxy: 0 none, 1 unusable, 2 usable. */
  readonly challenges: readonly number[];
}

/** Reads pieces of a stream, or one datagram. */
export function readSip(core: Harness, pieces: readonly Uint8Array[], isStream = true): Read {
  const input = core.call("input_ptr");
  core.write(input, Buffer.from(BRANCH + CALL_ID + CONTACT, "latin1"));
  core.call("expect", BRANCH.length, CALL_ID.length, SEQUENCE, CONTACT.length);
  core.call("response_init", isStream ? 1 : 0);
  const at = input + 0x1000;
  const messages: Message[] = [];
  for (const piece of pieces) {
    if (piece.length > INPUT_BYTES) throw new Error("a piece is larger than the harness's input");
    core.write(at, piece);
    for (let from = 0; from < piece.length && core.call("response_failed") === 0;) {
      from += core.call("response_push", at + from, piece.length - from);
      if (core.call("response_done") === 0) continue;
      messages.push(message(core));
      if (!isStream) break;
      core.call("response_init", 1);
    }
  }
  if (!isStream && messages.length === 0) {
    core.call("response_end");
    if (core.call("response_done") === 1) messages.push(message(core));
  }
  return { messages, failed: core.call("response_failed") === 1 };
}

function message(core: Harness): Message {
  const target = core.read(core.call("response_target_ptr"), core.call("response_target_bytes"));
  return {
    ours: core.call("response_is_ours") === 1,
    status: core.call("response_status"),
    expires: core.call("response_expires"),
    minExpires: core.call("response_min_expires"),
    retryAfter: core.call("response_retry_after"),
    target: Buffer.from(target).toString("latin1"),
    challenges: [0, 1].map((asker) => core.call("challenge_offered", asker)),
  };
}
