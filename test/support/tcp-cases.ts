// TCP cases against a puppet: connections opened from either side, and short forms of what came back.
//
// The puppet's first sequence number is six bytes before the wrap, so every case is a case of wrapping numbers.

import type { Test } from "tap";
import type { Segment } from "../../host/network/stack/tcp-segment.js";
import type { TcpConnection } from "../../host/network/stack/tcp.js";
import type { StreamHandler, StreamPeer } from "../../host/site/service.js";
import { Flag, Puppet } from "./puppet.js";
import { FAR } from "./wire.js";

const { Syn, Ack } = Flag;
export const ISS = 0xfffffffa;
/** The puppet's sequence number after so many of its own. */
export const at = (count: number): number => (ISS + count) >>> 0;
export const text = (data: string): Uint8Array => new TextEncoder().encode(data);

/** A service that keeps what it hears. */
export class Ear {
  heard = "";
  ends: string[] = [];
  peer: StreamPeer | undefined;
  connect(peer: StreamPeer): StreamHandler {
    this.peer = peer;
    return { data: (bytes) => void (this.heard += new TextDecoder().decode(bytes)), closed: (how) => void this.ends.push(how) };
  }
}

/** The puppet opens a connection to a service; returns our first sequence number plus one. */
export function served(mss?: number): { puppet: Puppet; ear: Ear; una: number } {
  const puppet = new Puppet();
  const ear = new Ear();
  puppet.stack.listenStream(80, ear);
  puppet.send(Syn, ISS, 0, { mss });
  const { sequence } = puppet.next();
  puppet.send(Ack, at(1), sequence + 1);
  return { puppet, ear, una: (sequence + 1) >>> 0 };
}

/** We open a connection to the puppet. */
export function opened(window = 65535, mss = 1460): { puppet: Puppet; connection: TcpConnection; una: number } {
  const puppet = new Puppet();
  const connection = puppet.stack.connect({ address: FAR, port: puppet.port })!;
  puppet.targetPort = connection.localPort;
  puppet.idle(0);
  const { sequence } = puppet.next();
  puppet.send(Syn | Ack, ISS, sequence + 1, { window, mss });
  puppet.next();
  return { puppet, connection, una: (sequence + 1) >>> 0 };
}

export const summary = (segment: Segment): object => {
  const { flags, sequence, acknowledgment } = segment;
  return { flags, sequence, acknowledgment, bytes: segment.data.length };
};

export function expect(t: Test, puppet: Puppet, wanted: readonly object[], message: string): void {
  t.strictSame(puppet.segments.splice(0).map(summary), wanted, message);
}
