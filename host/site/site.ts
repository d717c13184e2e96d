// The far end as a whole: which addresses exist there, what listens on their ports, which names lead to them.
//
// It is a table and no more: networks look a service up and call it. An address that is not in the table stays silent;
// a port without a service on an address that is in it refuses.

import type { DatagramService, StreamService } from "./service.js";

export interface SiteHost {
  readonly streams: Map<number, StreamService>;
  readonly datagrams: Map<number, DatagramService>;
}

export class Site {
  readonly #hosts = new Map<number, SiteHost>();
  readonly #names = new Map<string, number[]>();
  readonly #nameServers = new Set<number>();

  /** Makes an address exist and returns what listens there. */
  addHost(address: number): SiteHost {
    const host = this.#hosts.get(address) ?? { streams: new Map(), datagrams: new Map() };
    this.#hosts.set(address, host);
    return host;
  }

  addStream(address: number, port: number, service: StreamService): void {
    this.addHost(address).streams.set(port, service);
  }

  addDatagram(address: number, port: number, service: DatagramService): void {
    this.addHost(address).datagrams.set(port, service);
  }

  /** Makes an address answer questions for names. */
  addNameServer(address: number): void {
    this.addHost(address);
    this.#nameServers.add(address);
  }

  addName(name: string, addresses: readonly number[]): void {
    this.#names.set(name.toLowerCase(), [...addresses]);
  }

  host(address: number): SiteHost | undefined {
    return this.#hosts.get(address);
  }

  /** Every service on a datagram port, with its address: who hears a broadcast. */
  listeners(port: number): { address: number; service: DatagramService }[] {
    const found: { address: number; service: DatagramService }[] = [];
    for (const [address, host] of this.#hosts) {
      const service = host.datagrams.get(port);
      if (service !== undefined) found.push({ address, service });
    }
    return found;
  }

  isNameServer(address: number): boolean {
    return this.#nameServers.has(address);
  }

  /** The addresses of a name, in any case and with or without its last dot. */
  addressesOf(name: string): number[] | undefined {
    return this.#names.get(name.toLowerCase().replace(/\.$/, ""));
  }
}
