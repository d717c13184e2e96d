// The start-up as a timeline on the page: a bar for each state, as long as it took, and the start-ups before it to go back to.

import { byId, button, make, setText } from "./dom.js";
import { isWaiting, lengthMs, spanMs, type Span, type StartUp, type Timeline } from "./timeline.js";

interface Row {
  readonly item: HTMLLIElement;
  readonly bar: HTMLElement;
  readonly time: HTMLElement;
}

/** A bar that is too short to be seen says nothing. */
const PERCENT_MIN = 0.6;

export class TimelinePart {
  readonly #list = byId("timeline");
  readonly #tabs = byId("start-ups");
  readonly #total = byId("timeline-total");
  #rows: Row[] = [];
  #shown: StartUp | undefined;
  #chosen: StartUp | undefined;
  #tabsShown = "";
  #timeline: Timeline | undefined;
  #nowMs = 0;

  show(timeline: Timeline, nowMs: number): void {
    this.#timeline = timeline;
    this.#nowMs = nowMs;
    if (this.#chosen !== undefined && !timeline.startUps.includes(this.#chosen)) this.#chosen = undefined;
    const startUp = this.#chosen ?? timeline.current;
    this.#showTabs(timeline, startUp);
    if (startUp !== this.#shown) {
      this.#shown = startUp;
      this.#rows = [];
      this.#list.replaceChildren();
    }
    if (startUp === undefined) return setText(this.#total, "");
    const total = Math.max(1, lengthMs(startUp, nowMs));
    let before = 0;
    startUp.spans.forEach((span, index) => {
      const length = spanMs(span, nowMs);
      this.#showSpan(span, index, { left: (before * 100) / total, width: (length * 100) / total, text: secondsText(length) });
      before += length;
    });
    setText(this.#total, `${secondsText(total)}${startUp.ended === undefined ? "" : `, then ${startUp.ended}`}`);
  }

  /** `left` and `width` in per cent of the whole. */
  #showSpan(span: Span, index: number, { left, width, text }: { left: number; width: number; text: string }): void {
    const row = (this.#rows[index] ??= this.#made(span));
    const shown = Math.max(PERCENT_MIN, width);
    row.bar.style.marginLeft = `${Math.min(100 - shown, left)}%`;
    row.bar.style.width = `${shown}%`;
    row.item.classList.toggle("now", span.endMs === undefined);
    setText(row.time, isWaiting(span) ? "waits" : text);
  }

  #made({ state }: Span): Row {
    const bar = make("span", { class: "bar" });
    const time = make("span", { class: "time" });
    const item = make("li", {}, make("span", { class: "name" }, state), make("span", { class: "track" }, bar), time);
    this.#list.append(item);
    this.#list.scrollTop = this.#list.scrollHeight;
    return { item, bar, time };
  }

  /** One for each start-up that is kept; the last one follows the telephone. */
  #showTabs(timeline: Timeline, startUp: StartUp | undefined): void {
    const shown = JSON.stringify([timeline.startUps.map(({ number, ended }) => [number, ended]), startUp?.number]);
    if (shown === this.#tabsShown) return;
    this.#tabsShown = shown;
    const tabs = this.#tabButtons(timeline.startUps.length);
    timeline.startUps.forEach(({ number, ended }, index) => {
      const tab = tabs[index]!;
      setText(tab, String(number));
      tab.setAttribute("aria-pressed", String(timeline.startUps[index] === startUp));
      tab.setAttribute("aria-label", `Start-up ${number}${ended === undefined ? "" : `, ${ended}`}`);
      tab.title = ended ?? "under way";
    });
  }

  /** So many; a button that is there stays, and keeps the focus. */
  #tabButtons(count: number): HTMLButtonElement[] {
    const tabs = this.#tabs.getElementsByTagName("button");
    while (tabs.length > count) tabs[tabs.length - 1]!.remove();
    for (let index = tabs.length; index < count; index++) this.#tabs.append(button("", () => this.#choose(index)));
    return [...tabs];
  }

  #choose(index: number): void {
    const timeline = this.#timeline!;
    const startUp = timeline.startUps[index];
    this.#chosen = startUp === timeline.current ? undefined : startUp;
    this.show(timeline, this.#nowMs);
  }
}

export function secondsText(ms: number): string {
  return ms < 10 ? "0.0 s" : `${(ms / 1000).toFixed(ms < 100_000 ? 1 : 0)} s`;
}
