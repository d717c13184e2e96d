// The page: a telephone, what happens inside it, and what a person can do to it. The worker beside this file has the telephone.
//
// It joins the parts: news of the worker go to each of them, and what they are asked for goes back as orders.

import { byId, setText } from "./dom.js";
import { ControlsPart } from "./controls-part.js";
import { EditorPart } from "./editor-part.js";
import { FlashPart } from "./flash-part.js";
import { FramesPart } from "./frames-part.js";
import type { News, Order, Plugged, Tick, VerdictNews } from "./messages.js";
import { PhonePart } from "./phone-part.js";
import { themeSwitch } from "./theme.js";
import { Timeline } from "./timeline.js";
import { TimelinePart } from "./timeline-part.js";
import { VerdictPart } from "./verdict-part.js";

class Page {
  readonly #worker = new Worker(new URL("worker.js", import.meta.url), { type: "module" });
  readonly #phone = new PhonePart((code) => this.#order({ do: "key", code }));
  readonly #controls = new ControlsPart((order) => this.#order(order));
  readonly #flash = new FlashPart();
  readonly #frames = new FramesPart((n) => this.#order({ do: "frame", n }));
  readonly #editor = new EditorPart((file, text) => this.#order({ do: "edit", file, text }));
  readonly #verdictPart = new VerdictPart((n) => this.#frames.choose(n));
  readonly #timelinePart = new TimelinePart();
  #timeline = new Timeline();
  #verdict: VerdictNews | undefined;
  #isFirst = true;

  constructor() {
    this.#worker.onmessage = ({ data }: MessageEvent<News>) => this.#news(data);
    // One that was not loaded has no message.
    this.#worker.onerror = ({ message = "its script could not be loaded" }) => this.#failed(message);
    themeSwitch(() => this.#flash.repaint());
    this.#phone.focus();
  }

  #order(order: Order): void {
    this.#worker.postMessage(order);
  }

  #news(news: News): void {
    switch (news.news) {
      case "plugged": return this.#plugged(news);
      case "tick": return this.#tick(news);
      case "notes": return this.#editor.notes(news.notes);
      case "frame": return this.#frames.show(news.detail);
      case "file": return save(news.name, news.type, news.bytes);
      case "failed": return this.#failed(news.why);
    }
  }

  #plugged(plugged: Plugged): void {
    this.#timeline = new Timeline();
    this.#verdict = undefined;
    this.#phone.clear();
    this.#frames.clear();
    this.#controls.plug(plugged);
    this.#flash.plug(plugged);
    this.#editor.plug(plugged.files);
  }

  #tick(tick: Tick): void {
    for (const event of tick.events) {
      this.#phone.event(event);
      this.#timeline.event(event);
    }
    for (const ms of tick.powerCuts) this.#timeline.powerLost(ms);
    this.#verdict = tick.verdict ?? this.#verdict;
    this.#phone.show(tick.ms, tick.powered);
    this.#controls.tick(tick);
    this.#flash.tick(tick);
    this.#frames.add(tick.frames);
    this.#timelinePart.show(this.#timeline, tick.ms);
    this.#verdictPart.show(this.#verdict, tick.powered);
    setText(byId("verdict-spoken"), tick.powered ? spokenText(this.#verdict) : "");
    if (this.#isFirst && tick.events.length > 0) this.#started();
  }

  /** How long the page took to a start-up under way: for whoever measures. */
  #started(): void {
    this.#isFirst = false;
    performance.mark("start-up");
    document.documentElement.dataset["ready"] = "true";
  }

  #failed(why: string): void {
    const place = byId("failed");
    place.hidden = false;
    setText(place, `The telephone of this page has failed; reload the page to begin again. Why: ${why}`);
  }
}

/** How a start-up came out, for whoever hears the page; while it is under way the Prompt Line is enough. */
function spokenText(verdict: VerdictNews | undefined): string {
  if (verdict === undefined || verdict.standing === "under way") return "";
  return `Verdict: ${verdict.standing}. ${verdict.standing === "reached" ? verdict.state : verdict.cause}`;
}

let savedUrl = "";

/** Hands a file over to the browser, as a download. The browser reads it after the click, so the one before is let go of. */
function save(name: string, type: string, bytes: Uint8Array): void {
  URL.revokeObjectURL(savedUrl);
  savedUrl = URL.createObjectURL(new Blob([bytes as Uint8Array<ArrayBuffer>], { type }));
  const link = document.createElement("a");
  link.href = savedUrl;
  link.download = name;
  link.click();
}

new Page();
