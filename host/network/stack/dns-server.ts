// A name server as a datagram service: address records from a table, everything else with the right refusal.
//
// In: questions for port 53. Out: one answer each; silence for what is not a question. It asks nobody else.

import type { DatagramService, Endpoint } from "../../site/service.js";
import { DnsCode, emitAnswer, isInternetAddress, parseDns } from "./dns-message.js";

export class DnsServer implements DatagramService {
  readonly #lookup: (name: string) => readonly number[] | undefined;

  constructor(lookup: (name: string) => readonly number[] | undefined) {
    this.#lookup = lookup;
  }

  receive(data: Uint8Array, _from: Endpoint, reply: (data: Uint8Array) => void): void {
    const asked = parseDns(data);
    if (asked === undefined || asked.isAnswer) return;
    if (asked.operation !== 0) return reply(emitAnswer(asked, DnsCode.NotImplemented, []));
    if (asked.question === undefined) return reply(emitAnswer(asked, DnsCode.FormatError, []));
    const addresses = this.#lookup(asked.question.name);
    // A name that is there without the record that was asked for is no error (RFC 2308 §2.2).
    const found = isInternetAddress(asked.question) ? (addresses ?? []) : [];
    reply(emitAnswer(asked, addresses === undefined ? DnsCode.NoName : DnsCode.Ok, found));
  }
}
