// Which bytes of the core's memory a call passes over the border: what the core hands over, and what the host writes.
//
// The contract's types do not say it, so it stands here, a row for each call; a call without a row does not compile, and a test
// compares the rest of memory before and after calls. Nothing here reads memory.

import { GEOMETRY_BYTES, Status } from "../../hal/abi.js";
import type { HalImports } from "../../hal/contract.js";
import type { CallKind } from "./format.js";

type Arguments = readonly number[];

/** A range of memory that the argument at `pointer` begins. */
export interface Range {
  readonly pointer: number;
  /** Its bytes, as the core gives them. */
  readonly bytes: (args: Arguments) => number;
}

export interface TargetRange extends Range {
  /** How many of them the host has written. */
  readonly written: (args: Arguments, result: number) => number;
}

export interface Shape extends CallKind {
  readonly sources: readonly Range[];
  readonly targets: readonly TargetRange[];
}

type Count = (args: Arguments) => number;

/** The value of an argument as a count of things of some bytes each. */
const times = (argument: number, bytesEach = 1): Count => (args) => bytesEach * args[argument]!;
/** The result is how many bytes were written. */
const asResult = (_args: Arguments, result: number): number => result;
/** All of them, after a good result. */
const whole = (bytes: Count) => (args: Arguments, result: number): number => (result >= 0 ? bytes(args) : 0);

const from = (pointer: number, bytes: Count): Range => ({ pointer, bytes });
const into = (pointer: number, bytes: Count, written: TargetRange["written"]): TargetRange => ({ pointer, bytes, written });

/** `names` are the arguments in their order; those that begin a range are pointers. */
function shape(name: string, names: string, sources: readonly Range[] = [], targets: readonly TargetRange[] = []): Shape {
  const pointers = new Set([...sources, ...targets].map(({ pointer }) => pointer));
  const list = names.split(" ").filter((each) => each !== "");
  return { name, arguments: list.map((each, index) => ({ name: each, isPointer: pointers.has(index) })), sources, targets };
}

const isWrite = (args: Arguments): boolean => args[0] !== 0;
/** An address and a port. */
const FROM_BYTES = 8;
/** A damaged read leaves the buffer undefined: whatever is there now is part of the answer. */
const afterRead = (args: Arguments, result: number): number => (result >= 0 || result === Status.EccFatal ? args[2]! : 0);
const afterFailure = (args: Arguments, result: number): number => (result < 0 && result !== Status.Pending ? args[2]! : 0);

export const SHAPES: Readonly<Record<keyof HalImports, Shape>> = {
  sys_info: shape("sys_info", "item ptr capacity", [], [into(1, times(2), asResult)]),
  sys_retained: shape("sys_retained", "write ptr bytes", [from(1, (args) => (isWrite(args) ? args[2]! : 0))],
    [into(1, (args) => (isWrite(args) ? 0 : args[2]!), whole((args) => (isWrite(args) ? 0 : args[2]!)))]),
  sys_event: shape("sys_event", "ptr bytes", [from(0, times(1))]),
  sys_reset: shape("sys_reset", "cause"),
  sys_handover: shape("sys_handover", "kind offset bytes"),
  sys_panic: shape("sys_panic", "code line filePtr fileBytes", [from(2, times(3))]),
  entropy_fill: shape("entropy_fill", "ptr bytes", [], [into(0, times(1), whole(times(1)))]),
  trust_key: shape("trust_key", "index ptr capacity", [], [into(1, times(2), asResult)]),
  se_start: shape("se_start", "operation ptr bytes", [from(1, times(2))]),
  se_poll: shape("se_poll", ""),
  se_write: shape("se_write", "offset ptr bytes", [from(1, times(2))]),
  se_read: shape("se_read", "offset ptr capacity", [], [into(1, times(2), asResult)]),
  keypad_read: shape("keypad_read", ""),
  display_row: shape("display_row", "row ptr bytes", [from(1, times(2))]),
  display_set: shape("display_set", "item value"),
  flash_geometry: shape("flash_geometry", "ptr capacity", [], [into(0, times(1), (_args, result) => Math.min(result, GEOMETRY_BYTES))]),
  flash_read: shape("flash_read", "offset ptr bytes", [], [into(1, times(2), afterRead)]),
  flash_erase_start: shape("flash_erase_start", "offset bytes"),
  flash_program_start: shape("flash_program_start", "offset ptr bytes", [from(1, times(2))]),
  flash_poll: shape("flash_poll", ""),
  flash_protect: shape("flash_protect", "offset bytes on"),
  stage_size: shape("stage_size", ""),
  stage_write: shape("stage_write", "offset ptr bytes", [from(1, times(2))]),
  stage_read: shape("stage_read", "offset ptr bytes", [], [into(1, times(2), whole(times(2)))]),
  eth_link: shape("eth_link", "port"),
  eth_configure: shape("eth_configure", "port phy tagging tag"),
  eth_send: shape("eth_send", "ptr bytes", [from(0, times(1))]),
  eth_receive: shape("eth_receive", "ptr capacity", [], [into(0, times(1), asResult)]),
  net_configure: shape("net_configure", "address mask router mtu"),
  arp_probe: shape("arp_probe", "address"),
  dns_resolve: shape("dns_resolve", "namePtr nameBytes serversPtr serverCount outPtr outCapacity",
    [from(0, times(1)), from(2, times(3, 4))], [into(4, times(5, 4), (_args, result) => 4 * result)]),
  udp_open: shape("udp_open", "port"),
  udp_send: shape("udp_send", "handle address port ptr bytes", [from(3, times(4))]),
  udp_receive: shape("udp_receive", "handle ptr capacity fromPtr", [],
    [into(1, times(2), asResult), into(3, () => FROM_BYTES, (_args, result) => (result > 0 ? FROM_BYTES : 0))]),
  tcp_open: shape("tcp_open", "address port flags namePtr nameBytes", [from(3, times(4))]),
  tcp_state: shape("tcp_state", "handle reasonPtr capacity", [], [into(1, times(2), afterFailure)]),
  tcp_send: shape("tcp_send", "handle ptr bytes", [from(1, times(2))]),
  tcp_receive: shape("tcp_receive", "handle ptr capacity", [], [into(1, times(2), asResult)]),
  net_close: shape("net_close", "handle abort"),
};
