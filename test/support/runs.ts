// Hand-made runs for tests of verdicts and frontends: `run().state("dhcp").http({...})` gives numbered events and facts.
//
// Time moves 100 ms an event unless `at` sets it. Nothing is checked, so that tests can tell any story.

import type { EventBody, Facts, NoticeFact, OffhookEvent, ParameterValue } from "../../host/event-types.js";

type Body<Name extends OffhookEvent["event"]> = Omit<Extract<OffhookEvent, { event: Name }>, "n" | "t" | "event">;

export class Run {
  readonly events: OffhookEvent[] = [];
  readonly #notices: NoticeFact[] = [];
  readonly #parameters = new Map<string, ParameterValue>();
  readonly #status: Partial<Facts> = {};
  #timeMs = 0;

  get facts(): Facts {
    return { bootname: "", appname: "", ...this.#status, notices: this.#notices, parameters: this.#parameters };
  }

  at(timeMs: number): this {
    this.#timeMs = timeMs;
    return this;
  }

  add(body: EventBody): this {
    this.events.push({ n: this.events.length + 1, t: this.#timeMs, ...body } as OffhookEvent);
    this.#timeMs += 100;
    return this;
  }

  state(...names: string[]): this {
    for (const state of names) this.add({ event: "state", state });
    return this;
  }

  dhcp(body: Body<"dhcp">): this {
    return this.add({ event: "dhcp", ...body });
  }

  http(body: Body<"http">): this {
    return this.add({ event: "http", method: "GET", ...body });
  }

  trust(body: Body<"trust">): this {
    return this.add({ event: "trust", ...body });
  }

  script(body: Body<"script">): this {
    return this.add({ event: "script", ...body });
  }

  image(body: Body<"image">): this {
    return this.add({ event: "image", ...body });
  }

  reset(reason: string): this {
    return this.add({ event: "reset", reason });
  }

  display(row: string, text: string): this {
    return this.add({ event: "display", row, text });
  }

  notice(notice: string, fields: Partial<NoticeFact> = {}): this {
    this.#notices.push({ ...fields, after: this.events.length, notice });
    return this;
  }

  parameter(name: string, value: string, source: string): this {
    this.#parameters.set(name, { value, source });
    return this;
  }

  status(status: Partial<Facts>): this {
    Object.assign(this.#status, status);
    return this;
  }
}

/** A telephone that was just switched on. */
export function run(): Run {
  return new Run().state("power-up", "hardware");
}

/** One that has its address and asks for the script. */
export function bound(): Run {
  return run().state("link", "dhcp")
    .dhcp({ message: "discover" })
    .dhcp({ message: "ack", address: "10.0.8.50", server: "10.0.8.1", lease: 600, option242: "HTTPSRVR=10.0.8.2" })
    .parameter("HTTPSRVR", "10.0.8.2", "option242").state("file-server");
}
