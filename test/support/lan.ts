// A telephone without a core on a LAN in memory: DHCP by hand, address probes, names and GETs, all in virtual time.

import { DhcpMessage } from "../../hal/events.js";
import { Status } from "../../hal/abi.js";
import { addressOf } from "../../host/network/address.js";
import { buildLan, type BuiltLan, type LanNetworkOptions } from "../../host/network/lan-network.js";
import { Random } from "../../host/random.js";
import { Scheduler } from "../../host/scheduler.js";
import { lanFindings, type LanConfig } from "../../host/site/lan-config.js";
import { addressField, ALL_OPTIONS, dhcpRequest, readAnswer, type DhcpReply } from "./dhcp.js";
import { idle, runUntil } from "./wire.js";

const MASK = addressOf("255.255.255.0");
const BROADCAST = addressOf("255.255.255.255");
const SECOND_US = 1_000_000;
/** Repeats of a DISCOVER or REQUEST, as a client does. */
const RETRY_US = 4 * SECOND_US;
const STEP_US = 10_000;

export class BareTelephone {
  readonly scheduler = new Scheduler();
  readonly built: BuiltLan;
  /** Every frame on the line: "out" or "in", and its bytes. */
  readonly frames: [string, Uint8Array][] = [];
  #client: number;

  constructor(config: LanConfig, options: Partial<LanNetworkOptions> & { seed?: number } = {}) {
    const findings = lanFindings(JSON.parse(JSON.stringify(config)));
    if (findings.length > 0) throw new Error(JSON.stringify(findings));
    this.built = buildLan(config, {
      scheduler: this.scheduler,
      random: new Random(options.seed ?? 1),
      mac: Uint8Array.of(0, 4, 0x0d, 1, 2, 1),
      onFrame: (direction, frame) => this.frames.push([direction, frame]),
      ...options,
    });
    this.#client = this.network.udpOpen(68);
  }

  get network(): BuiltLan["network"] {
    return this.built.network;
  }

  get nowSeconds(): number {
    return this.scheduler.nowUs / SECOND_US;
  }

  /** Tags with a VLAN and priority 6, or not. */
  tag(vid?: number): void {
    const status = this.network.portConfigure(0, 1, vid === undefined ? 0 : 1, vid === undefined ? 0 : vid | (6 << 12));
    if (status < 0) throw new Error(`portConfigure answered ${status}`);
  }

  /** As after a reset: no address, no tag, no handle but that of DHCP. */
  restart(): void {
    this.network.reset();
    this.#client = this.network.udpOpen(68);
  }

  idle(seconds: number): void {
    idle(this.scheduler, seconds * SECOND_US);
  }

  /** Waits in small steps until `ask` answers something. */
  await<Answer>(ask: () => Answer | undefined, seconds: number): Answer | undefined {
    const endUs = this.scheduler.nowUs + seconds * SECOND_US;
    for (;;) {
      const answer = ask();
      if (answer !== undefined || this.scheduler.nowUs >= endUs) return answer;
      runUntil(this.scheduler, Math.min(this.scheduler.nowUs + STEP_US, endUs));
    }
  }

  /** One DHCP message, repeated until an answer comes or the time is over. */
  ask(request: Uint8Array, seconds = 20, to = BROADCAST): DhcpReply | undefined {
    let nextUs = this.scheduler.nowUs;
    return this.await(() => {
      if (this.scheduler.nowUs >= nextUs) {
        this.network.udpSend(this.#client, to, 67, request);
        nextUs += RETRY_US;
      }
      const datagram = this.network.udpReceive(this.#client);
      return datagram === null ? undefined : readAnswer(datagram.data);
    }, seconds);
  }

  /** DISCOVER to ACK; the address is configured. Undefined: no offer in time. */
  bind(seconds = 20): DhcpReply | undefined {
    const offer = this.ask(dhcpRequest(DhcpMessage.Discover), seconds);
    if (offer === undefined) return undefined;
    const chosen = [50, 4, ...addressField(offer.address), 54, 4, ...offer.options.get(54)!];
    const ask = (): DhcpReply | undefined => this.ask(dhcpRequest(DhcpMessage.Request, [...ALL_OPTIONS, ...chosen]));
    let ack = ask();
    while (ack?.type === DhcpMessage.Offer) ack = ask(); // The cable doubled it.
    if (ack?.type !== DhcpMessage.Ack) throw new Error(`REQUEST was answered by ${ack?.type}`);
    const router = ack.options.get(3);
    this.network.configure(addressOf(ack.address), MASK, router === undefined ? 0 : addressOf([...router.subarray(0, 4)].join(".")), 1500);
    return ack;
  }

  /** 1 somebody has the address, 0 nobody. */
  probe(address: string): number | undefined {
    return this.await(() => {
      const answer = this.network.arpProbe(addressOf(address));
      return answer === Status.Pending ? undefined : answer;
    }, 5);
  }

  resolve(name: string, server: string): number | number[] | undefined {
    return this.await(() => {
      const answer = this.network.dnsResolve(name, [addressOf(server)]);
      return answer === Status.Pending ? undefined : answer;
    }, 60);
  }

  /** Everything that a GET brings; `end` is the status that the stream ended with, undefined while it is still open. */
  get(server: string, path: string, seconds = 120, port = 80): { head: string; body: Buffer; end: number | undefined } {
    const handle = this.network.tcpOpen(addressOf(server), port, 0, "");
    const pieces: Uint8Array[] = [];
    let sent = false;
    const end = this.await(() => {
      const { status } = this.network.tcpState(handle);
      if (status !== Status.Ok) return status === Status.Pending ? undefined : status;
      if (!sent) this.network.tcpSend(handle, new TextEncoder().encode(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`));
      sent = true;
      const buffer = new Uint8Array(16384);
      for (;;) {
        const bytes = this.network.tcpReceive(handle, buffer);
        if (bytes < 0) return bytes;
        if (bytes === 0) return undefined;
        pieces.push(buffer.slice(0, bytes));
      }
    }, seconds);
    this.network.close(handle, end === undefined);
    const whole = Buffer.concat(pieces);
    const bodyAt = whole.indexOf("\r\n\r\n") + 4;
    return { head: whole.subarray(0, bodyAt).toString("latin1").split("\r\n")[0]!, body: whole.subarray(bodyAt), end };
  }
}
