// The verdict on the page: under way, reached, or stopped with cause, evidence and advice. A frame of the evidence can be looked at.

import { byId, button, make } from "./dom.js";
import type { Evidence, VerdictNews } from "./messages.js";
import { doingText } from "./state-texts.js";

const HEADS = { "under way": "Under way", "reached": "Reached", "stopped": "Stopped", "going round": "Goes round in a circle" } as const;

export class VerdictPart {
  readonly #place = byId("verdict");
  readonly #showFrame: (n: number) => void;
  #shown = "";

  constructor(showFrame: (n: number) => void) {
    this.#showFrame = showFrame;
  }

  /** `powered` false: nothing runs, whatever was found before. */
  show(verdict: VerdictNews | undefined, powered: boolean): void {
    const shown = JSON.stringify([verdict, powered]);
    if (shown === this.#shown) return;
    this.#shown = shown;
    if (!powered || verdict === undefined) return this.#fill("under way", "Unplugged", "", make("p", { class: "lead" }, doingText("off")));
    const { standing, state } = verdict;
    this.#fill(standing, HEADS[standing], state, ...this.#body(verdict));
  }

  #fill(standing: string, head: string, state: string, ...body: readonly HTMLElement[]): void {
    this.#place.dataset["standing"] = standing;
    const title = make("p", { class: "standing" }, make("strong", {}, head), make("span", { class: "mono" }, state));
    this.#place.replaceChildren(title, ...body);
  }

  #body(verdict: VerdictNews): HTMLElement[] {
    const { standing, state, cause, advice, evidence, warnings, bootname, appname } = verdict;
    const lead = make("p", { class: "lead" }, cause === "" || standing === "reached" ? doingText(state) : cause);
    const facts: [string, HTMLElement][] = [];
    if (standing === "stopped" || standing === "going round") {
      if (evidence.length > 0) facts.push(["evidence", make("ul", { class: "evidence" }, ...evidence.map((item) => this.#item(item)))]);
      facts.push(["do", make("span", {}, advice)]);
    }
    for (const warning of warnings) facts.push(["note", make("span", {}, `${warning.cause} To mend it: ${warning.advice}.`)]);
    facts.push(["runs", make("span", { class: "mono" }, appname === "" ? named(bootname) : `${named(bootname)}, ${appname}`)]);
    return [lead, make("dl", {}, ...facts.flatMap(([term, value]) => [make("dt", {}, term), make("dd", {}, value)]))];
  }

  #item({ text, frame }: Evidence): HTMLElement {
    return make("li", {}, frame === undefined ? text : button(text, () => this.#showFrame(frame), { class: "link" }));
  }
}

function named(name: string): string {
  return name === "" ? "nothing yet" : name;
}
