// A link for tests: what is sent to it is kept, and the test lets frames arrive.

import type { Link } from "../../host/network/link.js";
import { emitFrame, type Tag } from "../../host/network/stack/ethernet.js";

export class PlainLink implements Link {
  readonly sent: Uint8Array[] = [];
  #take: (frame: Uint8Array) => void = () => undefined;

  send(frame: Uint8Array): void {
    this.sent.push(frame);
  }

  sendLow(frame: Uint8Array): void {
    this.send(frame);
  }

  onReceive(take: (frame: Uint8Array) => void): void {
    this.#take = take;
  }

  arrive(frame: Uint8Array): void {
    this.#take(frame);
  }

  /** What was sent since the last call, each as "VID/PCP" or "-" for untagged. */
  tags(): string[] {
    return this.sent.splice(0).map((bytes) => {
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
      if (view.getUint16(12) !== 0x8100) return "-";
      return `${view.getUint16(14) & 0xfff}/${view.getUint16(14) >> 13}`;
    });
  }
}

export const GROUP = 0xffffffffffff;

/** A frame of IPv4's type with an address as its payload's first byte; `tag` as [VID, priority]. */
export function frameOf(target: number, source: number, tag?: readonly [number, number]): Uint8Array {
  const value: Tag | undefined = tag === undefined ? undefined : { vid: tag[0], pcp: tag[1] };
  return emitFrame({ target, source, tag: value, type: 0x0800, payload: Uint8Array.of(source & 0xff) });
}
