// A fixed ring of codes that the host can read after a trap and compare between builds and engines.
//
// An entry is eight bytes: u32 milliseconds, u8 code, 24 bits of value. Always on; writing costs a few stores.

import { timeNow } from "./time";

/** One code per kind of happening; numbers are never reused. */
export enum Trace {
  State = 1,
  Reset = 2,
  HttpStatus = 3,
  HttpFailed = 4,
  Statement = 5,
  Verdict = 6,
  FlashErase = 7,
  FlashProgram = 8,
  FlashFailed = 9,
  Journal = 10,
  EventDropped = 11,
  PacketDropped = 12,
  ValueDropped = 13,
  Settings = 14,
}

/** 256 entries: about one start-up's worth of states, requests and journal records. */
const ENTRY_COUNT: u32 = 256;
const RING = memory.data(8 + 256 * 8, 8); // u32 entries ever written, u32 zero, then the entries.

/** Forgets all entries. */
export function traceInit(): void {
  store<u32>(RING, 0);
}

/** Adds an entry; the oldest falls out. */
export function trace(code: Trace, value: i32): void {
  const index = load<u32>(RING);
  const entry = RING + 8 + <usize>(index % ENTRY_COUNT) * 8;
  store<u32>(entry, <u32>(timeNow() / 1000));
  store<u32>(entry + 4, <u32>code | (<u32>value << 8));
  store<u32>(RING, index + 1);
}

export function tracePointer(): usize {
  return RING;
}

export function traceBytes(): i32 {
  return 8 + <i32>ENTRY_COUNT * 8;
}
