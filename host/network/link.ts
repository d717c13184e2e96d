// One end of an Ethernet cable: whole frames, from the target address to the last byte before the check sequence.
//
// Everything that carries frames is a link: a cable in memory, a fault around another link, a pipe to real Ethernet.
// A frame belongs to the receiver once it was sent; nobody changes it afterwards, so that it need not be copied.

export interface Link {
  send(frame: Uint8Array): void;
  /** Names the one that takes what arrives; there is one at a time. It must not send before it returns. */
  onReceive(take: (frame: Uint8Array) => void): void;
}
