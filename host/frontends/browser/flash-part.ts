// The chip on the page: a square for each sector, region by region, on a canvas; and in words for whoever does not see it.
//
// In: the regions once, then changes. Its colours are those of the legend beside it, so that a theme has one place for them.

import { bytesText } from "../../event-text.js";
import { byId, make, setText } from "./dom.js";
import type { Plugged, Region, Tick } from "./messages.js";
import { SectorState, type SectorChange } from "./sector-map.js";

interface Drawn extends Region {
  readonly canvas: HTMLCanvasElement;
  readonly context: CanvasRenderingContext2D;
}

/** Pixels of a sector with the gap beside it; the picture is scaled by the page. */
const CELL = 10;
const GAP = 2;
const COLUMNS = 32;
const FULL = 255;

export class FlashPart {
  readonly #place = byId("flash");
  readonly #words = byId("flash-words");
  #regions: Drawn[] = [];
  readonly #sectors = new Map<number, SectorChange>();
  #colours: readonly string[] = [];

  plug({ regions, sectorBytes }: Plugged): void {
    this.#sectors.clear();
    this.#regions = regions.map((region) => drawn(region));
    this.#place.replaceChildren(...this.#regions.map(({ name, canvas, count }) =>
      make("figure", {}, make("figcaption", {}, make("span", {}, name), make("span", {}, bytesText(count * sectorBytes))), canvas)));
    this.repaint();
  }

  tick({ sectors, erasedBytes, programmedBytes }: Tick): void {
    for (const change of sectors) {
      this.#sectors.set(change.sector, change);
      this.#paint(change);
    }
    setText(this.#words, `Erased ${bytesText(erasedBytes)}, wrote ${bytesText(programmedBytes)} so far.`);
    if (sectors.length > 0) for (const region of this.#regions) this.#describe(region);
  }

  /** The theme changed. */
  repaint(): void {
    this.#colours = ["erased", "full", "erasing", "writing", "torn"].map((name) => getComputedStyle(byId(`key-${name}`)).backgroundColor);
    for (const change of this.#sectors.values()) this.#paint(change);
  }

  #paint({ sector, fill, state }: SectorChange): void {
    const region = this.#regions.find(({ first, count }) => sector >= first && sector < first + count);
    if (region === undefined) return;
    const { context, first } = region;
    const [x, y] = [((sector - first) % COLUMNS) * CELL, Math.floor((sector - first) / COLUMNS) * CELL];
    const side = CELL - GAP;
    const [erased, full, ...busy] = this.#colours as [string, string, ...string[]];
    context.fillStyle = state === SectorState.Rest ? erased : busy[state - 1]!;
    context.clearRect(x, y, CELL, CELL);
    context.fillRect(x, y, side, side);
    if (fill === 0 || state === SectorState.Erasing || state === SectorState.Torn) return;
    const height = Math.max(2, Math.round((side * fill) / FULL));
    context.fillStyle = state === SectorState.Writing ? busy[state - 1]! : full;
    context.fillRect(x, y + side - height, side, height);
  }

  #describe({ canvas, name, first, count }: Drawn): void {
    let [full, torn] = [0, 0];
    for (let sector = first; sector < first + count; sector++) {
      const change = this.#sectors.get(sector);
      if ((change?.fill ?? 0) > 0) full += 1;
      if (change?.state === SectorState.Torn) torn += 1;
    }
    canvas.setAttribute("aria-label", `${name}: ${full} of ${count} sectors hold something${torn > 0 ? `, ${torn} torn by a cut` : ""}`);
  }
}

function drawn(region: Region): Drawn {
  const height = Math.ceil(region.count / COLUMNS) * CELL - GAP;
  const canvas = make("canvas", { width: COLUMNS * CELL - GAP, height, role: "img", "aria-label": region.name });
  return { ...region, canvas, context: canvas.getContext("2d")! };
}
