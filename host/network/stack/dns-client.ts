// A stub resolver: one question at a time, for addresses, to several servers in their order (RFC 1035 §7).
//
// In: a name, servers, a search domain, the time. Out: addresses, NoName or TimedOut. It keeps nothing: no cache.
// An answer counts when its server, port, number and question are those that were asked (RFC 5452 §9); number and port
// are chance. A server that fails or is not there is skipped at once, a silent one after five seconds and three questions.

import { Status } from "../../../hal/abi.js";
import type { Random } from "../../random.js";
import type { Endpoint } from "../../site/service.js";
import { DNS_PORT, DnsCode, DnsType, emitQuestion, parseDns, type DnsMessage } from "./dns-message.js";

/** The datagram port that a question leaves from and its answer comes to. */
export interface DnsTransport {
  /** Opens a port for one question; undefined when there is none left. */
  open(owner: { receive(data: Uint8Array, from: Endpoint): void; failed(to: Endpoint): void }): number | undefined;
  close(port: number): void;
  send(port: number, to: Endpoint, data: Uint8Array): void;
}

/** When a server is asked again, and when it is given up: after it was asked for the first time. */
const ASK_US: readonly number[] = [0, 1_000_000, 3_000_000];
const SERVER_US = 5_000_000;
/** Aliases that are followed within one answer. */
const ALIAS_COUNT_MAX = 8;

export class DnsClient {
  /** `Pending`, a failure, or the addresses. */
  answer: number | number[] = Status.Pending;
  readonly name: string;
  readonly #transport: DnsTransport;
  readonly #random: Random;
  readonly #servers: readonly number[];
  /** The names to try, in order: the name alone, or with the search domain, or both. */
  readonly #names: string[];
  #serverIndex = 0;
  #askedCount = 0;
  #startUs: number | undefined;
  #id = 0;
  #port: number | undefined;

  constructor(name: string, servers: readonly number[], domain: string, transport: DnsTransport, random: Random) {
    this.name = name;
    this.#servers = servers;
    this.#transport = transport;
    this.#random = random;
    this.#names = namesOf(name.replace(/\.$/, ""), name.endsWith(".") ? "" : domain);
  }

  poll(nowUs: number): void {
    if (this.answer !== Status.Pending) return;
    this.#startUs ??= nowUs;
    if (nowUs - this.#startUs >= SERVER_US) this.#nextServer(nowUs);
    if (this.answer === Status.Pending && nowUs - this.#startUs! >= (ASK_US[this.#askedCount] ?? SERVER_US)) this.#ask();
  }

  pollAtUs(): number {
    if (this.answer !== Status.Pending) return Number.POSITIVE_INFINITY;
    return this.#startUs === undefined ? 0 : this.#startUs + (ASK_US[this.#askedCount] ?? SERVER_US);
  }

  /** Forgets the question. */
  cancel(): void {
    this.#closePort();
    if (this.answer === Status.Pending) this.answer = Status.Failed;
  }

  #ask(): void {
    const server = this.#servers[this.#serverIndex];
    if (server === undefined) return this.#finish(Status.TimedOut);
    this.#askedCount += 1;
    this.#closePort();
    this.#id = this.#random.word() >>> 16;
    const question = emitQuestion(this.#id, this.#names[0]!);
    if (question === undefined) return this.#finish(Status.NoName);
    this.#port = this.#transport.open({
      receive: (data, from) => this.#receive(data, from),
      failed: (to) => this.#failed(to),
    });
    if (this.#port !== undefined) this.#transport.send(this.#port, { address: server, port: DNS_PORT }, question);
  }

  #receive(data: Uint8Array, from: Endpoint): void {
    const message = parseDns(data);
    if (from.address !== this.#servers[this.#serverIndex] || from.port !== DNS_PORT || message === undefined) return;
    const { question } = message;
    if (!message.isAnswer || message.id !== this.#id || question?.name !== this.#names[0] || question?.type !== DnsType.A) return;
    if (message.code === DnsCode.Ok || message.code === DnsCode.NoName) this.#decide(message);
    else this.#skipServer();
  }

  #decide(message: DnsMessage): void {
    const addresses = addressesIn(message, this.#names[0]!);
    if (addresses.length > 0) return this.#finish(addresses);
    if (message.isTruncated) return this.#skipServer();
    if (this.#names.length === 1) return this.#finish(Status.NoName);
    this.#names.shift();
    this.#serverIndex = 0;
    this.#restart();
  }

  #failed(to: Endpoint): void {
    if (to.address === this.#servers[this.#serverIndex]) this.#skipServer();
  }

  #skipServer(): void {
    this.#serverIndex += 1;
    this.#restart();
  }

  #nextServer(nowUs: number): void {
    this.#skipServer();
    this.#startUs = nowUs;
  }

  /** The next `poll` starts anew. */
  #restart(): void {
    this.#closePort();
    this.#startUs = undefined;
    this.#askedCount = 0;
  }

  #finish(answer: number | number[]): void {
    this.#closePort();
    this.answer = answer;
  }

  #closePort(): void {
    if (this.#port !== undefined) this.#transport.close(this.#port);
    this.#port = undefined;
  }
}

/** A name without a dot is most likely a host of the search domain, one with a dot most likely whole (RFC 1123 §6.1.4.3). */
function namesOf(name: string, domain: string): string[] {
  const whole = name.toLowerCase();
  if (domain === "") return [whole];
  const inDomain = `${whole}.${domain.toLowerCase()}`;
  return whole.includes(".") ? [whole, inDomain] : [inDomain, whole];
}

function addressesIn(message: DnsMessage, name: string): number[] {
  for (let wanted = name, count = 0; count <= ALIAS_COUNT_MAX; count++) {
    const records = message.answers.filter((record) => record.name === wanted);
    const addresses = records.filter((record) => record.type === DnsType.A).map((record) => record.address);
    const alias = records.find((record) => record.type === DnsType.Cname);
    if (addresses.length > 0 || alias === undefined) return addresses;
    wanted = alias.alias;
  }
  return [];
}
