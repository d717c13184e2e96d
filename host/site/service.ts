// What a far-end program looks like to the network below it: it gets bytes and answers through a peer.
//
// The memory binding calls these directly, the wire through its own stack, and neither side knows which.
// Nothing here waits or reads a clock; a service that needs time is given the scheduler.

export interface Endpoint {
  readonly address: number;
  readonly port: number;
}

export interface DatagramService {
  /** Takes one datagram. An answer goes back to where it came from, at once or later, or never. */
  receive(data: Uint8Array, from: Endpoint, reply: (data: Uint8Array) => void): void;
}

/** The telephone's end of a stream, as a service sees it. */
export interface StreamPeer {
  readonly from: Endpoint;
  /** Queues bytes, which must not change afterwards. Ignored once the stream is closed. */
  send(data: Uint8Array): void;
  /** Ends the stream in order, after the last queued byte. */
  close(): void;
  /** Ends the stream at once; what is queued is lost. */
  reset(): void;
}

export interface StreamHandler {
  data(bytes: Uint8Array): void;
  /** Everything queued has left; a service without end sends its next piece from here. */
  drained?(): void;
  /** The telephone ended the stream, in order or with a reset. Nothing that is sent afterwards arrives. */
  closed(how: "end" | "reset"): void;
}

export interface StreamService {
  /** Called before `connect`; true refuses this one connection. */
  refuses?(): boolean;
  connect(peer: StreamPeer): StreamHandler;
}
