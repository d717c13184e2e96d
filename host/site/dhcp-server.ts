// A DHCP server (RFC 2131): DISCOVER to OFFER, REQUEST to ACK or NAK, DECLINE, RELEASE and INFORM.
//
// In: datagrams for port 67. Out: datagrams for the client, or silence. Everything it hands out is in its config; one server
// has one scope, and a LAN has one server for each VLAN. It sends what the client asked for in option 55 and no more, as real
// servers do. Given a clock it lets leases run out and can be silent for a while; without one an address stays with its client.

import { DhcpMessage } from "../../hal/events.js";
import {
  addressBytes, addressOption, composeAnswer, DhcpOption, parseRequest, type DhcpField, type DhcpRequest,
} from "./dhcp-message.js";
import type { DatagramService, Endpoint } from "./service.js";

/** What a scope hands out. Absent or empty: the option is not sent. */
export interface DhcpConfig {
  /** The server's own address, option 54. */
  readonly server: number;
  /** The first address, and how many follow from it. */
  readonly first: number;
  readonly count: number;
  readonly mask: number;
  readonly routers: readonly number[];
  readonly dns: readonly number[];
  readonly domain: string;
  /** Option 51; undefined: an offer without a lease time, which a telephone must refuse. */
  readonly leaseSeconds: number | undefined;
  /** Options 58 and 59; undefined: half and seven eighths of the lease, 0: not sent. */
  readonly renewSeconds?: number;
  readonly rebindSeconds?: number;
  readonly logServers?: readonly number[];
  readonly ntpServers?: readonly number[];
  readonly mtu?: number;
  /** The site-specific option, ASCII; above 255 bytes it goes in pieces. */
  readonly option242: string;
  /** Further options by code; one of the above is replaced. */
  readonly options?: ReadonlyMap<number, Uint8Array>;
  /** The address of the next server in start-up; 0 none. */
  readonly nextServer?: number;
  /** Refuses (NAK) addresses of its own subnet that it never gave, where other servers stay silent. */
  readonly authoritative?: boolean;
  /** Puts options into the `file` and `sname` fields although there is room without them. */
  readonly overload?: boolean;
  /** Says nothing before this instant; infinity: never answers. */
  readonly silentUs?: number;
}

/** An offered address waits this long for its REQUEST; a telephone asks within seconds. */
const OFFER_US = 60_000_000;
const INFINITE_SECONDS = 0xffffffff;

interface Lease {
  readonly address: number;
  readonly untilUs: number;
}

export class DhcpServer implements DatagramService {
  readonly #config: DhcpConfig;
  readonly #offered: readonly DhcpField[];
  readonly #clock: { readonly nowUs: number } | undefined;
  /** Each client's address, and the addresses that somebody else turned out to use. */
  readonly #leases = new Map<string, Lease>();
  readonly #declined = new Set<number>();

  constructor(config: DhcpConfig, clock?: { readonly nowUs: number }) {
    if (config.count < 1 || config.count > 65536) throw new RangeError(`a scope has 1 to 65536 addresses, not ${config.count}`);
    this.#config = config;
    this.#offered = configOptions(config);
    this.#clock = clock;
  }

  receive(data: Uint8Array, _from: Endpoint, reply: (data: Uint8Array) => void): void {
    const request = parseRequest(data);
    if (request === undefined || this.#nowUs < (this.#config.silentUs ?? 0)) return;
    const answer = this.#answer(request);
    if (answer !== undefined) reply(answer);
  }

  get #nowUs(): number {
    return this.#clock?.nowUs ?? 0;
  }

  #answer(request: DhcpRequest): Uint8Array | undefined {
    switch (request.type) {
      case DhcpMessage.Discover: {
        const address = this.#addressFor(request);
        return address === undefined ? undefined : this.#compose(request, DhcpMessage.Offer, address);
      }
      case DhcpMessage.Request:
        return this.#request(request);
      case DhcpMessage.Decline:
        this.#decline(request);
        return undefined;
      case DhcpMessage.Release:
        if (this.#leaseOf(request.client)?.address === request.clientAddress) this.#leases.delete(request.client);
        return undefined;
      case DhcpMessage.Inform:
        return this.#compose(request, DhcpMessage.Ack, 0);
      default:
        return undefined;
    }
  }

  /** A client chooses an offer, asks for its old address again, renews or rebinds (RFC 2131 §4.3.2). */
  #request(request: DhcpRequest): Uint8Array | undefined {
    const chosen = addressOption(request, DhcpOption.Server);
    if (chosen !== undefined && chosen !== this.#config.server) {
      this.#leases.delete(request.client);
      return undefined;
    }
    const wanted = addressOption(request, DhcpOption.Requested) ?? request.clientAddress;
    const leased = this.#leaseOf(request.client)?.address;
    if (leased !== undefined && leased === wanted) {
      this.#keep(request.client, leased, this.#config.leaseSeconds ?? INFINITE_SECONDS);
      return this.#compose(request, DhcpMessage.Ack, leased);
    }
    // Without a record of this client and without its choice, another server of this subnet may be meant: stay silent.
    const isForeign = ((wanted ^ this.#config.server) & this.#config.mask) !== 0 || this.#isOthers(wanted);
    if (leased === undefined && chosen === undefined && !isForeign && this.#config.authoritative !== true) return undefined;
    return this.#compose(request, DhcpMessage.Nak, 0);
  }

  /** Called for a client without this address: whoever has it is another. */
  #isOthers(address: number): boolean {
    return [...this.#leases.values()].some((lease) => lease.address === address && lease.untilUs > this.#nowUs);
  }

  #decline(request: DhcpRequest): void {
    const address = addressOption(request, DhcpOption.Requested);
    if (address === undefined || address !== this.#leaseOf(request.client)?.address) return;
    this.#leases.delete(request.client);
    this.#declined.add(address);
  }

  #leaseOf(client: string): Lease | undefined {
    const lease = this.#leases.get(client);
    return lease !== undefined && lease.untilUs > this.#nowUs ? lease : undefined;
  }

  #keep(client: string, address: number, seconds: number): void {
    const timed = this.#clock !== undefined && seconds !== INFINITE_SECONDS;
    this.#leases.set(client, { address, untilUs: timed ? this.#nowUs + seconds * 1_000_000 : Number.POSITIVE_INFINITY });
  }

  /** The client's own address, else the one it asks for if that is free, else the first free one. */
  #addressFor(request: DhcpRequest): number | undefined {
    const before = this.#leaseOf(request.client);
    if (before !== undefined) return before.address;
    for (const [client, lease] of this.#leases) if (lease.untilUs <= this.#nowUs) this.#leases.delete(client);
    const { first, count } = this.#config;
    const used = new Set([...this.#leases.values()].map((lease) => lease.address));
    const free = (address: number): boolean => !used.has(address) && !this.#declined.has(address);
    const wanted = addressOption(request, DhcpOption.Requested) ?? 0;
    let address = wanted >= first && wanted < first + count && free(wanted) ? wanted : first;
    while (address < first + count && !free(address)) address += 1;
    if (address === first + count) return undefined;
    this.#keep(request.client, address, OFFER_US / 1_000_000);
    return address;
  }

  #compose(request: DhcpRequest, type: DhcpMessage, address: number): Uint8Array {
    const { server, nextServer = 0, overload = false } = this.#config;
    const fixed: DhcpField[] = [[DhcpOption.Type, Uint8Array.of(type)], [DhcpOption.Server, addressBytes([server])]];
    if (type === DhcpMessage.Nak) {
      const reason = new TextEncoder().encode("address not available");
      return composeAnswer(request, { address: 0, nextServer: 0, fields: [...fixed, [DhcpOption.Message, reason]], overload: false });
    }
    const asked = request.options.get(DhcpOption.Parameters);
    const timed = address !== 0;
    const wanted = this.#offered.filter(([code]) => (isTime(code) ? timed : asked === undefined || asked.includes(code)));
    return composeAnswer(request, { address, nextServer, fields: [...fixed, ...wanted], overload });
  }
}

/** Lease times are not asked for; they come with every address. */
function isTime(code: number): boolean {
  return code === DhcpOption.Lease || code === DhcpOption.Renew || code === DhcpOption.Rebind;
}

function configOptions(config: DhcpConfig): DhcpField[] {
  const encoder = new TextEncoder();
  const fields = new Map<number, Uint8Array>([[DhcpOption.Mask, addressBytes([config.mask])], ...leaseOptions(config)]);
  fields.set(DhcpOption.Site, encoder.encode(config.option242));
  fields.set(DhcpOption.Router, addressBytes(config.routers));
  fields.set(DhcpOption.Dns, addressBytes(config.dns));
  fields.set(DhcpOption.Domain, encoder.encode(config.domain));
  fields.set(DhcpOption.Log, addressBytes(config.logServers ?? []));
  if (config.mtu !== undefined) fields.set(DhcpOption.Mtu, Uint8Array.of(config.mtu >>> 8, config.mtu));
  fields.set(DhcpOption.Ntp, addressBytes(config.ntpServers ?? []));
  for (const [code, data] of config.options ?? []) fields.set(code, data);
  return [...fields].filter(([, data]) => data.length > 0);
}

/** Half and seven eighths of the lease, unless the config says otherwise (RFC 2131 §4.4.5). */
function leaseOptions({ leaseSeconds: lease, renewSeconds, rebindSeconds }: DhcpConfig): DhcpField[] {
  if (lease === undefined) return [];
  const renew = renewSeconds ?? Math.floor(lease / 2);
  const rebind = rebindSeconds ?? Math.floor((lease * 7) / 8);
  const times: [number, number][] = [[DhcpOption.Lease, lease], [DhcpOption.Renew, renew], [DhcpOption.Rebind, rebind]];
  return times.filter(([, seconds]) => seconds > 0).map(([code, seconds]) => [code, addressBytes([seconds])]);
}
