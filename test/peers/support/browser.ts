// Debian's Chromium with a page in it, and what it said and asked for meanwhile.
//
// In: the folder of a page. Out: the page, opened from a loopback server, in a browser that ends with the test.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, type Browser, type BrowserContextOptions, type Page } from "playwright-core";
import type { Test } from "tap";
import { MemoryFiles } from "../../../host/site/file-server.js";
import { FolderFiles, serveOnLoopback, type Served } from "../../../host/site/serve-node.js";
import { PAGE_PATH } from "../../../host/site/page-files.js";
import { findProgram } from "./daemon.js";

export interface Opened {
  readonly page: Page;
  readonly url: string;
  /** Errors and warnings of the console, and exceptions that nobody caught. */
  readonly complaints: readonly string[];
  /** Every URL that was asked for. */
  readonly requests: readonly string[];
}

/** Held in a variable, because it is JavaScript that needs no types. */
const BUNDLER: string = "../../../../../tools/web.mjs";

/** The page in a folder of its own. */
export async function bundled(t: Test): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "offhook-web-"));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const { bundlePage } = (await import(BUNDLER)) as { bundlePage(folder: string): Promise<void> };
  await bundlePage(folder);
  return folder;
}

export async function startBrowser(t: Test): Promise<Browser> {
  const executablePath = findProgram("chromium");
  if (executablePath === undefined) throw new Error("chromium is not installed, and PEERS_REQUIRED=1 asks for it");
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-dev-shm-usage"] });
  t.teardown(() => browser.close());
  return browser;
}

/** A server of nothing but the page. */
export async function servePage(t: Test, folder: string): Promise<Served> {
  const served = await serveOnLoopback({
    source: new MemoryFiles({}), port: 0, onAccess: () => undefined, page: new FolderFiles(folder),
  });
  t.teardown(() => served.close());
  return served;
}

/** `before`: a script that runs before the page's own. */
export async function openPage(
  t: Test, browser: Browser, served: Served, options: BrowserContextOptions = {}, before = "",
): Promise<Opened> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  t.teardown(() => context.close());
  const page = await context.newPage();
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  context.on("request", (request) => requests.push(request.url()));
  const url = new URL(PAGE_PATH, served.url).href;
  await page.addInitScript(before);
  await page.goto(url);
  await page.waitForSelector("html[data-ready]");
  return { page, url, complaints, requests };
}
