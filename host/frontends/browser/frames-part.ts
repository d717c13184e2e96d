// The frames on the page: a list that follows, a filter, and for the chosen one its fields beside its bytes.
//
// In: rows as they come, and the detail of a frame that was asked for. Only the rows in sight are elements, so that ten thousand cost
// what thirty do.

import { byId, button, isCalm, make, setText } from "./dom.js";
import type { FrameField, FrameLayer } from "./frame-layer.js";
import type { FrameDetail, FrameRow } from "./messages.js";

const ROW_PIXELS = 26;
/** Rows that are made beyond those in sight. */
const MARGIN = 6;
const ROWS_MAX = 50_000;
const BYTES_A_LINE = 16;

const STEPS: Readonly<Record<string, number>> = {
  ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, End: ROWS_MAX, Home: -ROWS_MAX,
};

/** Filters by name: the protocols that they let through; none lets all. */
const FILTERS: Readonly<Record<string, readonly string[] | undefined>> = {
  all: undefined, talk: ["DHCP", "DNS", "HTTP", "SIP", "LLDP", "SNTP", "ARP"],
};

export class FramesPart {
  readonly #list = byId("frame-list");
  readonly #rows = byId("frame-rows");
  readonly #detail = byId("frame-detail");
  readonly #filter = byId<HTMLSelectElement>("frame-filter");
  readonly #count = byId("frame-count");
  readonly #ask: (n: number) => void;
  #all: FrameRow[] = [];
  #shown: FrameRow[] = [];
  #chosen = 0;
  #drawn = "";
  #follows = true;

  constructor(ask: (n: number) => void) {
    this.#ask = ask;
    this.#list.addEventListener("scroll", () => {
      this.#follows = this.#list.scrollTop + this.#list.clientHeight >= this.#list.scrollHeight - ROW_PIXELS;
      this.#draw();
    });
    // By the press and not the click: while frames come, the row under the pointer is another element by the time that it is let go.
    this.#list.addEventListener("mousedown", ({ target }) => this.#pressed(target as Element));
    this.#list.addEventListener("keydown", (event) => this.#move(event));
    this.#filter.addEventListener("change", () => this.#refilter());
    new ResizeObserver(() => this.#draw()).observe(this.#list);
  }

  clear(): void {
    this.#all = [];
    this.#chosen = 0;
    this.#detail.replaceChildren(make("p", { class: "hint" }, "Choose a frame to see its fields and its bytes."));
    this.#refilter();
  }

  add(rows: readonly FrameRow[]): void {
    if (rows.length === 0) return;
    for (const row of rows) {
      this.#all.push(row);
      if (this.#passes(row)) this.#shown.push(row);
    }
    if (this.#all.length > ROWS_MAX) this.#trim();
    this.#draw();
  }

  /** From elsewhere on the page. */
  choose(n: number): void {
    const isN = (row: FrameRow): boolean => row.n === n;
    if (!this.#shown.some(isN) && this.#all.some(isN)) {
      this.#filter.value = "all";
      this.#refilter();
    }
    this.#select(n);
    byId("frames").scrollIntoView({ block: "start", behavior: isCalm() ? "auto" : "smooth" });
  }

  show(detail: FrameDetail | undefined): void {
    if (detail === undefined) return this.#detail.replaceChildren(make("p", { class: "hint" }, "This frame is no longer kept."));
    const { row, bytes, layers } = detail;
    const dump = hexDump(bytes);
    const way = row.direction === "out" ? "sent" : "received";
    this.#detail.replaceChildren(
      make("div", { class: "fields" }, make("h3", {}, `Frame ${row.n}`, make("span", {}, ` ${row.bytes} bytes, ${way}`)),
        ...layers.map((layer) => layerElement(layer, (field) => mark(dump, field)))),
      dump,
    );
  }

  #passes(row: FrameRow): boolean {
    const { value } = this.#filter;
    const wanted = FILTERS[value] ?? (value === "all" ? undefined : [value]);
    return wanted === undefined || wanted.includes(row.protocol);
  }

  #refilter(): void {
    this.#shown = this.#all.filter((row) => this.#passes(row));
    this.#follows = true;
    this.#draw();
  }

  /** The older half goes; what is looked at stays where it is. */
  #trim(): void {
    this.#all.splice(0, this.#all.length - ROWS_MAX / 2);
    const oldest = this.#all[0]!.n;
    const kept = this.#shown.filter(({ n }) => n >= oldest);
    const gone = this.#shown.length - kept.length;
    this.#shown = kept;
    if (!this.#follows) this.#list.scrollTop -= gone * ROW_PIXELS;
  }

  #draw(): void {
    setText(this.#count, `${this.#shown.length} of ${this.#all.length}`);
    this.#rows.style.height = `${this.#shown.length * ROW_PIXELS}px`;
    if (this.#follows) this.#list.scrollTop = this.#list.scrollHeight;
    const first = Math.max(0, Math.floor(this.#list.scrollTop / ROW_PIXELS) - MARGIN);
    const count = Math.ceil(this.#list.clientHeight / ROW_PIXELS) + 2 * MARGIN;
    const rows = this.#shown.slice(first, first + count);
    const drawn = [first, rows.at(0)?.n, rows.at(-1)?.n, this.#chosen].join();
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    this.#rows.replaceChildren(...rows.map((row, index) => this.#rowElement(row, first + index)));
    this.#list.setAttribute("aria-activedescendant", rows.some(({ n }) => n === this.#chosen) ? `frame-${this.#chosen}` : "");
  }

  #rowElement(row: FrameRow, place: number): HTMLElement {
    const cell = (name: string, text: string): HTMLElement => make("span", { class: name }, text);
    const arrow = row.direction === "out" ? "→" : "←";
    const element = make("div", {
      id: `frame-${row.n}`, role: "option", "aria-selected": String(row.n === this.#chosen), class: "frame",
      "aria-posinset": place + 1, "aria-setsize": this.#shown.length, "data-n": row.n,
      click: () => this.#pick(row.n),
    }, cell("n", String(row.n)), cell("time", (row.ms / 1000).toFixed(3)), cell("way", arrow), cell("protocol", row.protocol),
    cell("summary", row.summary));
    element.style.top = `${place * ROW_PIXELS}px`;
    return element;
  }

  #pressed(target: Element): void {
    const row = target.closest<HTMLElement>(".frame");
    if (row !== null) this.#pick(Number(row.dataset["n"]));
  }

  /** The click behind a press is of the same row, and says nothing new. */
  #pick(n: number): void {
    if (n !== this.#chosen) this.#select(n);
  }

  #select(n: number): void {
    this.#chosen = n;
    this.#ask(n);
    const place = this.#shown.findIndex((row) => row.n === n);
    const top = place * ROW_PIXELS;
    const { scrollTop, clientHeight } = this.#list;
    if (place < 0) return this.#draw();
    if (top < scrollTop || top + ROW_PIXELS > scrollTop + clientHeight) {
      this.#follows = false;
      this.#list.scrollTop = Math.max(0, top - clientHeight / 2);
    }
    this.#draw();
  }

  #move(event: KeyboardEvent): void {
    const step = STEPS[event.key];
    if (step === undefined || this.#shown.length === 0) return;
    event.preventDefault();
    const at = this.#shown.findIndex((row) => row.n === this.#chosen);
    const next = at < 0 && event.key !== "Home" ? this.#shown.length - 1 : Math.min(this.#shown.length - 1, Math.max(0, at + step));
    this.#select(this.#shown[next]!.n);
  }
}

function layerElement({ name, fields }: FrameLayer, choose: (field: FrameField) => void): HTMLElement {
  const rows = fields.map((field) => button("", () => choose(field), { class: "field" }));
  rows.forEach((row, index) => {
    const { name: label, value } = fields[index]!;
    row.append(make("span", { class: "field-name" }, label), make("span", { class: "field-value" }, value));
  });
  return make("details", { open: true }, make("summary", {}, name), ...rows);
}

/** Lines of sixteen: the offset, the bytes, and the characters among them. */
function hexDump(bytes: Uint8Array): HTMLElement {
  const lines: HTMLElement[] = [];
  for (let at = 0; at < bytes.length; at += BYTES_A_LINE) {
    const part = [...bytes.subarray(at, at + BYTES_A_LINE)];
    const text = part.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : "·")).join("");
    lines.push(make("div", {}, make("span", { class: "offset" }, at.toString(16).padStart(4, "0")),
      make("span", { class: "bytes" }, ...part.map((byte) => make("span", {}, byte.toString(16).padStart(2, "0")))),
      make("span", { class: "characters" }, text)));
  }
  return make("div", { class: "dump mono", role: "group", tabindex: 0, "aria-label": "Bytes of the frame" }, ...lines);
}

function mark(dump: HTMLElement, { from, bytes }: FrameField): void {
  const all = dump.querySelectorAll<HTMLElement>(".bytes span");
  all.forEach((element, index) => element.classList.toggle("marked", index >= from && index < from + bytes));
  const top = (all[from]?.offsetTop ?? 0) - dump.offsetTop;
  if (top < dump.scrollTop || top > dump.scrollTop + dump.clientHeight - ROW_PIXELS) dump.scrollTop = top - ROW_PIXELS;
}
