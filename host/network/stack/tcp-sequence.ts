// Sequence numbers: 32 bits that wrap (RFC 9293 §3.4). Distances are signed, so they are right up to 2^31.

export function sequenceAdd(sequence: number, count: number): number {
  return (sequence + count) >>> 0;
}

/** How far the first number is past the second; negative when it is before it. */
export function sequenceDistance(sequence: number, from: number): number {
  return (sequence - from) | 0;
}

export function sequenceBefore(sequence: number, other: number): boolean {
  return sequenceDistance(sequence, other) < 0;
}

export function sequenceLater(sequence: number, other: number): number {
  return sequenceBefore(sequence, other) ? other : sequence;
}
