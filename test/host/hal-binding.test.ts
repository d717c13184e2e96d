// Goal: reading a datagram says "none" only when none is left that fits. Method: the binding over a queue of datagrams that a test fills.

import t from "tap";
import { Status } from "../../hal/abi.js";
import { HalBinding, type Peripherals } from "../../host/hal-binding.js";
import type { Datagram } from "../../host/network/network.js";

const [PTR, FROM] = [1024, 64];

function binding(...sizes: number[]): { receive: (capacity: number) => number; memory: DataView } {
  const queue = sizes.map((size, index): Datagram => (
    { data: new Uint8Array(size).fill(index + 1), address: 0x0a000801 + index, port: 5060 }
  ));
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 });
  const hal = new HalBinding({ network: { udpReceive: () => queue.shift() ?? null } } as unknown as Peripherals);
  hal.powered = true;
  hal.attach(memory);
  return { receive: (capacity) => hal.imports.udp_receive(1, PTR, capacity, FROM), memory: new DataView(memory.buffer) };
}

t.test("datagrams that are too long or empty do not hide those behind them", (t) => {
  const { receive, memory } = binding(5000, 0, 4097, 4096, 0, 10);
  t.equal(receive(4096), 4096, "as long as it may be");
  t.equal(memory.getUint8(PTR + 4095), 4, "the fourth");
  t.equal(memory.getUint32(FROM, true), 0x0a000804);
  t.equal(receive(4096), 10);
  t.equal(receive(4096), 0);
  t.end();
});

t.test("a queue of nothing that fits is empty", (t) => {
  const { receive, memory } = binding(9, 9, 0);
  t.equal(receive(8), 0);
  t.equal(memory.getUint32(FROM, true), 0, "nothing is written");
  t.equal(receive(-1), Status.Invalid);
  t.end();
});
