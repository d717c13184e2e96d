// The telephone on the page: shows what the display shows, and takes keys from mouse, touch and keyboard.
//
// In: events, the telephone's time, the plug. Out: key codes. While the telephone has the focus, what is typed is pressed; elsewhere
// the keyboard belongs to the page. What the screen says is also there as text, for a screen reader.

import { Key } from "../../../hal/abi.js";
import type { OffhookEvent } from "../../event-types.js";
import { scrolled } from "../scrolled-text.js";
import { byId, isCalm, setText } from "./dom.js";
import { drawPhone, type PhonePicture } from "./phone-picture.js";

interface RowText {
  readonly text: string;
  readonly sinceMs: number;
}

const ROWS = ["title", "prompt", "0", "1", "2", "3", "4", "5"];
const BAR_WIDTH = 226;
const TYPED: ReadonlyMap<string, number> = new Map<string, number>([
  ["F1", Key.Soft1], ["F2", Key.Soft2], ["F3", Key.Soft3], ["F4", Key.Soft4], ["ArrowUp", Key.Up], ["ArrowDown", Key.Down],
  ["m", Key.Mute], ["M", Key.Mute],
]);
/** How far it is, many times a second: said once and not each time. */
const PROGRESS = /^\d+(?:%| KB\b| secs\b)/;
const DARK: RowText = { text: "", sinceMs: 0 };

export class PhonePart {
  readonly #picture: PhonePicture;
  readonly #press: (code: number) => void;
  readonly #rows = new Map<string, RowText>();
  readonly #spoken = byId("screen-prompt");
  readonly #read = byId("screen-text");
  #softkeys: readonly string[] = [];
  #permille: number | null = null;
  #powered = true;

  constructor(press: (code: number) => void) {
    this.#press = press;
    this.#picture = drawPhone((code) => this.#pressed(code));
    this.#picture.svg.addEventListener("keydown", (event) => this.#typed(event));
    byId("phone").prepend(this.#picture.svg);
  }

  focus(): void {
    this.#picture.svg.focus({ preventScroll: true });
  }

  event(event: OffhookEvent): void {
    if (event.event === "display") this.#rows.set(event.row, { text: event.text, sinceMs: event.t });
    else if (event.event === "softkeys") this.#softkeys = event.labels;
    else if (event.event === "progress") this.#permille = event.permille;
  }

  /** Another telephone stands here now. */
  clear(): void {
    this.#rows.clear();
    this.#softkeys = [];
    this.#permille = null;
  }

  show(ms: number, powered: boolean): void {
    this.#powered = powered;
    const { svg, rows, lamp } = this.#picture;
    svg.classList.toggle("dark", !powered);
    lamp.classList.toggle("lit", powered);
    ROWS.forEach((name, index) => {
      const { text, sinceMs } = this.#rows.get(name) ?? DARK;
      setText(rows[index]!, scrolled(text, ms - sinceMs));
    });
    this.#showSoftkeys();
    this.#showBar();
    this.#tell();
  }

  #showSoftkeys(): void {
    this.#picture.softkeys.forEach(({ key, label, face }, index) => {
      const text = this.#softkeys[index] ?? "";
      setText(label, text);
      face.classList.toggle("empty", text === "");
      key.setAttribute("aria-label", text === "" ? `Softkey ${index + 1}, no function` : `Softkey ${index + 1}: ${text}`);
    });
  }

  #showBar(): void {
    const { bar, barFill, barText } = this.#picture;
    bar.classList.toggle("off", this.#permille === null);
    const permille = this.#permille ?? 0;
    barFill.setAttribute("width", String((permille * BAR_WIDTH) / 1000));
    setText(barText, `${Math.floor(permille / 10)}%`);
  }

  /** The Prompt Line is spoken as it changes; the whole screen can be read. */
  #tell(): void {
    const texts = ROWS.map((name) => this.#rows.get(name)?.text.trim() ?? "").filter((text) => text !== "");
    const prompt = this.#rows.get("prompt")?.text.trim() ?? "";
    const isMore = PROGRESS.test(prompt) && PROGRESS.test(this.#spoken.textContent ?? "");
    if (!this.#powered || !isMore) setText(this.#spoken, this.#powered ? prompt : "No power");
    setText(this.#read, this.#powered ? texts.join("\n") : "The screen is dark.");
  }

  #typed(event: KeyboardEvent): void {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const code = /^[0-9*#]$/.test(event.key) ? event.key.charCodeAt(0) : TYPED.get(event.key);
    if (code === undefined) return;
    event.preventDefault();
    if (!event.repeat) this.#pressed(code);
  }

  #pressed(code: number): void {
    this.#press(code);
    if (isCalm()) return;
    const key = this.#picture.svg.querySelector(`[data-code="${code}"]`);
    key?.getAnimations({ subtree: true }).forEach((animation) => animation.cancel());
    key?.querySelector("rect")?.animate([{ opacity: 0.35 }, { opacity: 1 }], { duration: 220 });
  }
}
