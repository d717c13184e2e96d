// Datagrams: a port, whole datagrams in and out. Handles belong to the caller.

import { Status } from "../../hal/abi";
import { halNetClose, halNetConfigure, halUdpOpen, halUdpReceive, halUdpSend } from "../../hal/network";

const FROM = memory.data(8, 4);

export const UDP_ADDRESS_BROADCAST: u32 = ~0;

/** Sets address, mask, router and MTU of the telephone; address 0 takes them away. */
export function udpConfigure(address: u32, mask: u32, router: u32, mtu: i32): i32 {
  return halNetConfigure(<i32>address, <i32>mask, <i32>router, mtu);
}

export function udpOpen(port: i32): i32 {
  return halUdpOpen(port);
}

/** Sends one datagram; true when it left. */
export function udpSend(handle: i32, address: u32, port: i32, ptr: usize, bytes: i32): bool {
  return halUdpSend(handle, <i32>address, port, ptr, bytes) == bytes;
}

/** Takes one datagram: its bytes, 0 none. A host's count above the capacity is not believed. */
export function udpReceive(handle: i32, ptr: usize, capacity: i32): i32 {
  const bytes = halUdpReceive(handle, ptr, capacity, FROM);
  return bytes > capacity ? Status.Invalid : bytes;
}

/** Where the last datagram came from. */
export function udpFromAddress(): u32 {
  return load<u32>(FROM);
}

export function udpFromPort(): i32 {
  return load<u32>(FROM, 4);
}

export function udpClose(handle: i32): void {
  halNetClose(handle, 0);
}
