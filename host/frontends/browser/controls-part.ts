// The controls of the page: plug, cable, VLAN of the port, LAN, pause, step, speed, downloads.
//
// In: what the telephone's surroundings are like. Out: orders. A control shows what is so, not what was asked for.

import { clockText } from "../../event-text.js";
import { byId, make, setText } from "./dom.js";
import type { Download, Order, Plugged, Tick } from "./messages.js";

const SPEEDS = [1, 4, 16, 64];
const VID_MAX = 4094;

export class ControlsPart {
  readonly #order: (order: Order) => void;
  readonly #plug = byId<HTMLButtonElement>("plug");
  readonly #cable = byId<HTMLButtonElement>("cable");
  readonly #vlan = byId<HTMLInputElement>("port-vlan");
  readonly #lan = byId<HTMLSelectElement>("lan");
  readonly #pause = byId<HTMLButtonElement>("pause");
  readonly #clock = byId("clock");
  #last: Tick | undefined;

  constructor(order: (order: Order) => void) {
    this.#order = order;
    this.#plug.addEventListener("click", () => this.#order({ do: "power", on: !(this.#last?.powered ?? true) }));
    this.#cable.addEventListener("click", () => this.#order({ do: "cable", isIn: !(this.#last?.cable ?? true) }));
    this.#pause.addEventListener("click", () => this.#order({ do: this.#last?.isPaused === true ? "run" : "pause" }));
    byId("step").addEventListener("click", () => this.#step());
    byId("restart").addEventListener("click", () => this.#restart());
    this.#vlan.addEventListener("change", () => this.#setVlan());
    this.#lan.addEventListener("change", () => this.#order({ do: "lan", name: this.#lan.value }));
    byId("speeds").append(...SPEEDS.flatMap((factor) => this.#speed(factor)));
    for (const what of ["capture", "transcript", "events"] satisfies Download[]) {
      byId(`download-${what}`).addEventListener("click", () => this.#order({ do: "download", what }));
    }
  }

  plug({ lan, lans, summary, model, part }: Plugged): void {
    if (this.#lan.options.length === 0) this.#lan.append(...lans.map((name) => make("option", { value: name }, name)));
    this.#lan.value = lan;
    setText(byId("lan-summary"), summary);
    setText(byId("model"), `${model}, ${part}`);
  }

  tick(tick: Tick): void {
    this.#last = tick;
    setText(this.#clock, clockText(tick.ms));
    toggle(this.#plug, tick.powered, tick.powered ? "Pull the plug" : "Plug it in");
    toggle(this.#cable, tick.cable, tick.cable ? "Pull the cable" : "Connect it");
    toggle(this.#pause, tick.isPaused, tick.isPaused ? "Run" : "Pause");
    if (document.activeElement !== this.#vlan) this.#vlan.value = String(tick.portVlan);
  }

  /** A step is of a telephone that stands. */
  #step(): void {
    if (this.#last?.isPaused !== true) this.#order({ do: "pause" });
    this.#order({ do: "step" });
  }

  #restart(): void {
    this.#order({ do: "power", on: false });
    this.#order({ do: "power", on: true });
  }

  #setVlan(): void {
    const vid = Number(this.#vlan.value);
    if (Number.isInteger(vid) && vid >= 1 && vid <= VID_MAX) this.#order({ do: "port-vlan", vid });
    else this.#vlan.value = String(this.#last?.portVlan ?? 1);
  }

  #speed(factor: number): HTMLElement[] {
    const id = `speed-${factor}`;
    const input = make("input", {
      type: "radio", name: "speed", id, value: factor, checked: factor === 1, change: () => this.#order({ do: "speed", factor }),
    });
    return [input, make("label", { for: id }, `${factor}×`)];
  }
}

function toggle(button: HTMLButtonElement, isOn: boolean, label: string): void {
  button.dataset["on"] = String(isOn);
  setText(button.querySelector(".label") ?? button, label);
}
