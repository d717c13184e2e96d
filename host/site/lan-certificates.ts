// What a LAN has for certificates: a CA that speaks SCEP, an HTTP proxy on the way to it, a time server.
//
// In: a VLAN that was checked. Out: services with their addresses and ports. The proxy reaches every CA of the LAN, by address or by a
// name of its VLAN's name server: its other side is not on the telephone's wire.

import { addressOf, addressParse } from "../network/address.js";
import { Random } from "../random.js";
import type { FillRandom } from "../scep/rsa.js";
import { timeParse } from "../scep/der-values.js";
import type { Scheduler } from "../scheduler.js";
import type { HttpHandler } from "./http-message.js";
import { proxyHandler } from "./http-proxy.js";
import { HttpServer, type HttpAccess } from "./http-server.js";
import { httpFaultsOf } from "./lan-build.js";
import type { LanConfig, LanScep, LanVlan } from "./lan-config.js";
import { ScepAuthority } from "./scep/authority.js";
import type { DatagramService, StreamService } from "./service.js";
import { SNTP_PORT, SntpServer } from "./sntp-server.js";

const HTTP_PORT = 80;
const PROXY_PORT = 8080;
/** The far end's date at power-up unless the file says another. */
export const TIME_DEFAULT = "2007-12-01T00:00:00Z";

/** Of the nonces, keys and vectors that the far end's CA draws: its chance is apart, so a LAN with a CA has the frames of one without. */
export const CERTIFICATE_SEED = 0x5ce9;

/** The members of a VLAN that are looked at. */
type CertificateParts = Pick<LanVlan, "scep" | "proxy" | "sntp" | "dns">;

export function seededBytes(seed: number): FillRandom {
  const random = new Random(seed);
  return (target) => random.fill(target);
}

export interface Placed<Service> {
  readonly address: number;
  readonly port: number;
  readonly service: Service;
}

/** The date of a LAN at power-up, in seconds since 1970. */
export function lanSeconds({ time }: Pick<LanConfig, "time">): number {
  return timeParse(time ?? TIME_DEFAULT)!;
}

export interface CertificateOptions {
  readonly scheduler: Scheduler;
  readonly random: FillRandom;
  /** Seconds since 1970 at power-up; default `TIME_DEFAULT`. */
  readonly startSeconds?: number;
  readonly onAccess?: (access: HttpAccess) => void;
  /** What a CA decided, in a line. */
  readonly onDecision?: (line: string) => void;
}

export class CertificateServices {
  readonly #options: CertificateOptions;
  readonly #startSeconds: number;
  /** By address and port. */
  readonly #origins = new Map<string, HttpHandler>();

  constructor(options: CertificateOptions) {
    this.#options = options;
    this.#startSeconds = options.startSeconds ?? lanSeconds({});
  }

  streamsOf(vlan: CertificateParts): Placed<StreamService>[] {
    const { scep, proxy } = vlan;
    const streams: Placed<StreamService>[] = [];
    if (scep !== undefined) {
      const place = { address: addressOf(scep.address), port: scep.port ?? HTTP_PORT };
      const handler = this.#authority(scep).handler;
      this.#origins.set(`${place.address}:${place.port}`, handler);
      streams.push({ ...place, service: this.#server(handler, scep) });
    }
    if (proxy !== undefined) {
      const handler = proxyHandler((host, port) => this.#origin(vlan, host, port));
      streams.push({ address: addressOf(proxy.address), port: proxy.port ?? PROXY_PORT, service: this.#server(handler, proxy) });
    }
    return streams;
  }

  datagramsOf({ sntp }: CertificateParts): Placed<DatagramService>[] {
    const { scheduler } = this.#options;
    const nowUs = (): number => this.#startSeconds * 1_000_000 + scheduler.nowUs;
    if (sntp === undefined) return [];
    const { address, synchronised = true } = sntp;
    return [{ address: addressOf(address), port: SNTP_PORT, service: new SntpServer({ nowUs, synchronised }) }];
  }

  #authority(scep: LanScep): ScepAuthority {
    const { scheduler, random, onDecision } = this.#options;
    const now = (): number => this.#startSeconds + Math.floor(scheduler.nowUs / 1_000_000);
    return new ScepAuthority({ ...scep, random, now, ...(onDecision === undefined ? {} : { onDecision }) });
  }

  #server(handler: HttpHandler, { answers = [], thinkMilliseconds = 0 }: Pick<LanScep, "answers" | "thinkMilliseconds">): HttpServer {
    const { scheduler, onAccess } = this.#options;
    const thinkUs = thinkMilliseconds * 1000;
    const faults = answers.map(httpFaultsOf);
    return new HttpServer({ scheduler, handler, thinkUs, faults, ...(onAccess === undefined ? {} : { onAccess }) });
  }

  #origin(vlan: CertificateParts, host: string, port: number): HttpHandler | undefined {
    const names = Object.entries(vlan.dns?.names ?? {});
    const named = names.find(([name]) => name.toLowerCase().replace(/\.$/, "") === host.replace(/\.$/, ""))?.[1].map(addressOf);
    const addresses = named ?? [addressParse(host)];
    return addresses.map((address) => this.#origins.get(`${address}:${port}`)).find((origin) => origin !== undefined);
  }
}
