// One question for a name, asked of given servers or of the machine, and answered once.
//
// In: a name and the name servers that the telephone was given. Out: `Pending`, addresses, `NoName` or `TimedOut`.
// `localhost`, and every name when there are no servers, is asked of the machine itself.

import { lookup, Resolver } from "node:dns";
import { Status } from "../../hal/abi.js";
import { addressOf } from "./address.js";

/** What one server may take, and how often all of them are asked. */
const NAME_SERVER_MS = 5000;
const TRY_COUNT = 2;
/** A longer name cannot be asked for, nor an empty one (RFC 1035 §2.3.4). */
const NAME_BYTES_MAX = 255;
/** The servers were not reached, or did not answer in time; everything else means that there is no such name. */
const SILENT_CODES = ["ETIMEOUT", "ECONNREFUSED", "EAI_AGAIN"];

export class NameQuestion {
  readonly name: string;
  answer: number | number[] = Status.Pending;
  readonly #resolver: Resolver | undefined;
  #cancelled = false;

  constructor(name: string, servers: readonly string[], wake: () => void) {
    this.name = name;
    const decide = (error: NodeJS.ErrnoException | null, addresses: readonly string[]): void => {
      if (this.#cancelled) return;
      this.answer = error === null ? addresses.map(addressOf) : this.#failure(error);
      wake();
    };
    // An empty item of a list of servers, too: Node would ask the machine for it.
    if (name === "" || name.length > NAME_BYTES_MAX) {
      this.answer = Status.NoName;
    } else if (name.toLowerCase() === "localhost" || servers.length === 0) {
      lookup(name, { family: 4, all: true }, (error, found = []) => decide(error, found.map((entry) => entry.address)));
    } else {
      this.#resolver = new Resolver({ timeout: NAME_SERVER_MS, tries: TRY_COUNT });
      this.#resolver.setServers(servers);
      this.#resolver.resolve4(name, (error, found) => decide(error, found));
    }
  }

  get outstanding(): boolean {
    return this.answer === Status.Pending;
  }

  cancel(): void {
    this.#cancelled = true;
    this.#resolver?.cancel();
  }

  #failure(error: NodeJS.ErrnoException): Status {
    return SILENT_CODES.includes(error.code ?? "") ? Status.TimedOut : Status.NoName;
  }
}
