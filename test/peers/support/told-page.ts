// The page with a worker that only listens: the news are made by a test, and the orders are kept for it.
//
// In: news. Out: a page in the one Chromium of the test file, and what it ordered.

import { copyFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import root, { type Test } from "tap";
import type { Browser } from "playwright-core";
import type { FrameRow, News, Order, Plugged, Tick } from "../../../host/frontends/browser/messages.js";
import { bundled, openPage, servePage, startBrowser, type Opened } from "./browser.js";

export const PLUGGED: Plugged = {
  news: "plugged", lan: "one", summary: "a LAN", lans: ["one", "two"], model: "M", part: "P", portVlan: 1, sectorBytes: 4096,
  regions: [{ name: "boot A", first: 0, count: 40 }],
  files: [{ name: "a.txt", text: "first\n" }, { name: "b.txt", text: "second\n" }],
};
export const TICK: Tick = {
  news: "tick", ms: 0, powered: true, cable: true, isPaused: false, portVlan: 1, events: [], frames: [], sectors: [], erasedBytes: 0,
  programmedBytes: 0, powerCuts: [],
};
export const state = (name: string, t: number): Tick["events"][number] => ({ n: 1, t, event: "state", state: name });
export const ROW: FrameRow = { n: 0, ms: 0, direction: "in", protocol: "", source: "", target: "", summary: "a frame", bytes: 60 };

/** A worker that keeps orders, tells what it is told to tell, and answers who wants to know whether it has heard everything. */
const LISTENER = "globalThis.orders = []; " +
  "onmessage = ({ data }) => data.do === 'answer' ? postMessage({ news: 'answer' }) : orders.push(data);";
/** Lets a test ask the page's worker, too. */
const KEPT_WORKER = "const Own = Worker; " +
  "globalThis.Worker = class extends Own { constructor(...all) { super(...all); globalThis.kept = this; } };";
/** What it has in it. */
interface Scope {
  readonly orders: Order[];
  postMessage(news: News): void;
}

export interface Told extends Opened {
  tell(...news: News[]): Promise<void>;
  /** So many frames, numbered from `first`. */
  pass(first: number, count: number, protocol?: string): Promise<void>;
  orders(): Promise<Order[]>;
}

let browser: Promise<Browser> | undefined;
let built: Promise<string> | undefined;
/** One for all, until the last test is over. */
export const chromium = (): Promise<Browser> => (browser ??= startBrowser(root));

export async function pageFolder(t: Test, worker?: string): Promise<string> {
  const whole = await (built ??= bundled(root));
  if (worker === undefined) return whole;
  const folder = mkdtempSync(join(tmpdir(), "offhook-page-"));
  t.teardown(() => rmSync(folder, { recursive: true }));
  for (const name of readdirSync(whole)) copyFileSync(join(whole, name), join(folder, name));
  writeFileSync(join(folder, "worker.js"), worker);
  return folder;
}

export async function toldPage(t: Test): Promise<Told> {
  const first: News[] = [PLUGGED, { ...TICK, events: [state("power-up", 0)] }];
  const served = await servePage(t, await pageFolder(t, `${LISTENER} for (const news of ${JSON.stringify(first)}) postMessage(news);`));
  const opened = await openPage(t, await chromium(), served, {}, KEPT_WORKER);
  const [worker] = opened.page.workers();
  // Messages keep their order: with the answer, all that was told has been heard, and all that was ordered has arrived.
  const heard = (): Promise<unknown> => opened.page.evaluate(() => new Promise((resolve) => {
    const { kept } = globalThis as unknown as { readonly kept: Worker };
    kept.addEventListener("message", ({ data }) => {
      if (data.news === "answer") resolve(undefined);
    });
    kept.postMessage({ do: "answer" });
  }));
  const drawn = async (): Promise<void> => {
    await heard();
    await opened.page.evaluate(() => new Promise(requestAnimationFrame));
  };
  const tell = async (...all: News[]): Promise<void> => {
    await worker!.evaluate((news) => news.forEach((each) => (globalThis as unknown as Scope).postMessage(each)), all);
    await drawn();
  };
  const pass = async (first: number, count: number, protocol = "DHCP"): Promise<void> => {
    await worker!.evaluate(([tick, row, from]) => {
      const frames = Array.from({ length: from.count }, (_, index) => ({ ...row, protocol: from.protocol, n: from.first + index }));
      (globalThis as unknown as Scope).postMessage({ ...tick, frames });
    }, [TICK, ROW, { first, count, protocol }] as const);
    await drawn();
  };
  const orders = async (): Promise<Order[]> => {
    await heard();
    return worker!.evaluate(() => (globalThis as unknown as Scope).orders.splice(0));
  };
  return { ...opened, tell, pass, orders };
}
