// Goal: `eth_link` of both ports says what a PHY would: nothing while down or off, else speed and duplex, a while after either end starts.
// Method: a port by itself in virtual time, then both ports of a board through the HAL's own calls.

import t from "tap";
import { Board } from "../../host/board.js";
import { buildLan } from "../../host/network/lan-network.js";
import { MemoryNetwork } from "../../host/network/memory.js";
import { EthernetPort, NEGOTIATION_US } from "../../host/peripherals/ethernet-port.js";
import { Scheduler } from "../../host/scheduler.js";
import { Site } from "../../host/site/site.js";
import { core } from "../support/core.js";
import { office } from "../support/lans.js";
import { IDENTITY } from "../support/scenario.js";
import { idle } from "../support/wire.js";

const FULL = 0x10000;

function bench(options: { speed?: number; fullDuplex?: boolean }) {
  const scheduler = new Scheduler();
  const port = new EthernetPort({ scheduler, ...options });
  /** The link as soon as there can be one. */
  const settled = (): number => {
    idle(scheduler, NEGOTIATION_US);
    return port.link();
  };
  return { scheduler, port, settled };
}

t.test("a link takes its time to come and none to go", (t) => {
  const { scheduler, port } = bench({});
  port.start();
  idle(scheduler, NEGOTIATION_US - 1);
  t.equal(port.link(), 0);
  idle(scheduler, 1);
  t.equal(port.link(), 100 | FULL);
  port.plug(0);
  t.equal(port.link(), 0);
  idle(scheduler, 2 * NEGOTIATION_US);
  t.equal(port.link(), 0, "nothing is plugged in");
  port.plug(1000);
  idle(scheduler, NEGOTIATION_US - 1);
  port.plug(10);
  idle(scheduler, NEGOTIATION_US - 1);
  t.equal(port.link(), 0, "a plug that is pulled on the way begins again");
  idle(scheduler, 1);
  t.equal(port.link(), 10 | FULL);
  t.end();
});

t.test("modes: off, negotiated, forced", (t) => {
  const rows: [mode: number, speed: number, fullDuplex: boolean, link: number][] = [
    [0, 100, true, 0], [1, 1000, true, 1000 | FULL], [1, 100, false, 100], [2, 10, true, 10], [3, 10, true, 10 | FULL], [4, 100, true, 100],
    [5, 100, false, 100 | FULL], [6, 1000, true, 1000 | FULL], [3, 100, true, 0], [6, 100, true, 0], [5, 0, true, 0],
  ];
  for (const [mode, speed, fullDuplex, link] of rows) {
    const { port, settled } = bench({ speed, fullDuplex });
    port.start();
    port.setPhy(mode);
    t.equal(settled(), link, `mode ${mode} at ${speed}`);
  }
  t.end();
});

t.test("the same mode again leaves the link alone, a reset forgets the mode", (t) => {
  const { port, settled } = bench({ speed: 100 });
  port.start();
  port.setPhy(4);
  t.equal(settled(), 100);
  port.setPhy(4);
  t.equal(port.link(), 100);
  port.start();
  t.equal(port.link(), 0);
  t.equal(settled(), 100 | FULL);
  t.end();
});

t.test("eth_link and eth_configure of a board: the ports are two", (t) => {
  const board = new Board({
    core, identity: IDENTITY, pcSpeed: 1000, linkFullDuplex: false,
    network: (scheduler, line) => buildLan(office(), { scheduler, ...line }).network,
  });
  const { eth_link: link, eth_configure: configure } = board.binding.imports;
  t.ok(link(0) < 0 && link(1) < 0, "without power");
  board.powerOn();
  t.same([link(0), link(1), link(2), link(-1)], [0, 0, 0, 0]);
  const settle = (): number[] => {
    idle(board.scheduler, NEGOTIATION_US);
    return [link(0), link(1)];
  };
  t.same(settle(), [100, 1000 | FULL]);
  t.equal(configure(1, 0, 0, 0), 0);
  t.same(settle(), [100, 0], "PHY2STAT 0 is off, and the line does not care");
  t.ok(configure(1, 7, 0, 0) < 0 && configure(1, 1, 2, 0) < 0);
  t.same(settle(), [100, 0], "what is refused changes nothing");
  t.equal(configure(1, 1, 1, 10), 0);
  t.same(settle(), [100, 1000 | FULL]);
  board.pc.plug(0);
  t.same([link(0), link(1)], [100, 0], "the PC was unplugged");
  t.end();
});

t.test("a network without a PC port says so", (t) => {
  const board = new Board({ core, identity: IDENTITY, network: (scheduler) => new MemoryNetwork({ scheduler, site: new Site() }) });
  board.powerOn();
  t.ok(board.binding.imports.eth_configure(1, 1, 0, 0) < 0);
  t.equal(board.binding.imports.eth_configure(0, 1, 0, 0), 0);
  t.end();
});
