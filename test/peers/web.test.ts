// Goal: the page does in a real browser what it promises: boots, takes keys, explains edits, survives the plug, and asks nobody else.
// Method: Debian's Chromium driven by playwright-core against a loopback server; the module's records are replayed inside it too.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import t from "tap";
import type { Page } from "playwright-core";
import { conformanceFiles } from "../support/conformance.js";
import { bundled, openPage, servePage, startBrowser } from "./support/browser.js";
import { skipWithout } from "./support/daemon.js";

const options = { skip: skipWithout("chromium", "chromium") };

const screen = (page: Page): Promise<string> => page.locator("#screen-text").innerText();
const speed = (page: Page, factor: number): Promise<void> => page.click(`label[for=speed-${factor}]`);

/** Waits until the screen, as it is read aloud, has a text. */
async function untilScreen(page: Page, text: string): Promise<void> {
  await page.waitForFunction((wanted) => document.querySelector("#screen-text")?.textContent?.includes(wanted), text, { timeout: 60_000 });
}

async function untilState(page: Page, state: string): Promise<void> {
  await page.waitForFunction((wanted) => document.querySelector("#verdict .standing span")?.textContent === wanted, state,
    { timeout: 60_000 });
}

async function type(page: Page, keys: readonly string[]): Promise<void> {
  await page.locator("svg.phone").focus();
  for (const key of keys) {
    await page.keyboard.press(key);
    await page.waitForTimeout(120);
  }
}

t.test("the first start-up, the plug in the erase, a login by keys", options, async (t) => {
  const served = await servePage(t, await bundled(t));
  const { page, url, complaints, requests } = await openPage(t, await startBrowser(t), served);
  const readyMs = await page.evaluate(() => performance.getEntriesByName("start-up")[0]!.startTime);
  t.comment(`a start-up is under way ${Math.round(readyMs)} ms after the page was asked for`);
  await untilState(page, "erase");
  await page.waitForTimeout(400);
  await page.click("#plug");
  await page.waitForFunction(() => document.querySelector("#plug")?.getAttribute("data-on") === "false");
  t.equal(await screen(page), "The screen is dark.");
  t.match(await page.locator("#flash canvas").evaluateAll((all) => all.map((canvas) => canvas.getAttribute("aria-label")).join("; ")),
    /torn by a cut/);
  await page.click("#plug");
  await speed(page, 16);
  await untilScreen(page, "Enter username");
  t.match(await page.locator("#verdict").innerText(), /Reached[^]*hb96xxdemo\.bin, SIP96xxdemo\.bin/);
  t.match(await page.locator("#start-ups button").allTextContents(), ["1", "2", "3", "4"]);
  await speed(page, 4);
  await type(page, ["4", "0", "0", "1", "F1", "2", "4", "6", "8", "1", "0", "F1"]);
  await untilState(page, "registered");
  await page.selectOption("#frame-filter", "SIP");
  await page.locator(".frame").last().click();
  await page.waitForFunction(() => document.querySelector("#frame-detail h3") !== null); // The worker decodes it.
  t.match(await page.locator("#frame-detail").innerText(), /Frame \d+[^]*SIP[^]*CSeq/);
  const download = page.waitForEvent("download");
  await page.click("#download-capture");
  const bytes = readFileSync(await (await download).path());
  t.same([...bytes.subarray(0, 4)], [10, 13, 13, 10], "a pcapng file");
  t.ok(bytes.length > 2_000_000);
  t.same(complaints, []);
  t.same(requests.filter((request) => !request.startsWith(url) && !request.startsWith("blob:")), []);
});

t.test("local procedures by keys, an edit explained, a cable, another LAN", options, async (t) => {
  const { page, complaints } = await openPage(t, await startBrowser(t), await servePage(t, await bundled(t)));
  await page.waitForFunction(() => [...document.querySelectorAll(".softkey-text")].some((label) => label.textContent === "Program"));
  await type(page, ["F1"]);
  await untilScreen(page, "Enter command");
  await type(page, ["m", "2", "7", "2", "3", "8", "#"]);
  await untilScreen(page, "Admin Procedures");
  await page.fill("#editor-text", "SET SIPDOMAIN here.example\nSET SIPSIGNAL 9\n");
  await page.waitForSelector('#editor-notes li[data-line="2"][data-kind="error"]');
  t.match(await page.locator("#editor-notes").innerText(), /SIPDOMAIN is here\.example[^]*SIPSIGNAL/);
  await page.click("#cable");
  await page.click("#restart");
  await untilScreen(page, "No Ethernet");
  await page.click("#cable");
  await speed(page, 64);
  await untilScreen(page, "Enter username");
  await page.selectOption("#lan", "bad-router");
  await page.waitForFunction(() => document.querySelector("#verdict")?.getAttribute("data-standing") === "stopped");
  await page.locator("#verdict .link").first().click();
  await page.waitForFunction(() => document.querySelector("#frame-detail h3") !== null);
  await page.click("#pause");
  const clock = await page.locator("#clock").innerText();
  const seen = await page.locator("#frame-count").innerText();
  await page.waitForTimeout(200);
  t.equal(await page.locator("#clock").innerText(), clock, "time stands");
  for (let count = 0; count < 30; count++) await page.click("#step");
  await page.waitForFunction((before) => document.querySelector("#frame-count")?.textContent !== before, seen);
  t.same(complaints, []);
});

t.test("themes and a small window", options, async (t) => {
  const browser = await startBrowser(t);
  const served = await servePage(t, await bundled(t));
  const ground = (page: Page): Promise<string> => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const { page: dark } = await openPage(t, browser, served, { colorScheme: "dark" });
  const { page: light } = await openPage(t, browser, served, { colorScheme: "light", viewport: { width: 390, height: 844 } });
  t.not(await ground(dark), await ground(light));
  await dark.click("#theme");
  t.equal(await ground(dark), await ground(light), "light was chosen");
  for (const label of ["dark", "system", "light"]) {
    await dark.click("#theme");
    t.equal(await dark.innerText("#theme"), `Theme: ${label}`);
  }
  await dark.reload();
  t.equal(await ground(dark), await ground(light), "and is kept");
  const width = await light.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  t.equal(width[0], width[1], "nothing is wider than the window");
});

/** What runs inside the browser: the records against both builds, through the library itself. */
const REPLAY = `
import { compileCore } from "HOST/core-loader.js";
import { recordsFromJson } from "HOST/record/json.js";
import { replayRun } from "HOST/record/replay.js";
const bytes = async (name) => (await fetch(name)).arrayBuffer();
const hex = (buffer) => Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");
export async function replay(build, file) {
  const core = await bytes(build);
  const records = recordsFromJson(new TextDecoder().decode(await bytes(file)));
  const isSame = hex(await crypto.subtle.digest("SHA-256", core)) === hex(records.moduleHash);
  const module = compileCore(core);
  return { runs: records.runs.length, differences: records.runs.flatMap((run) => replayRun(run, { module, isSame }) ?? []) };
}
globalThis.replay = replay;
`;

t.test("the records of test/conformance, on both builds", options, async (t) => {
  const folder = await bundled(t);
  const contents = REPLAY.replaceAll("HOST", join(process.cwd(), "build/js/host"));
  const stdin = { contents, resolveDir: process.cwd() };
  await build({ stdin, bundle: true, format: "esm", outfile: join(folder, "replay.js"), logLevel: "error" });
  conformanceFiles().forEach((path, index) => writeFileSync(join(folder, `records-${index}.json`), readFileSync(path)));
  const { page } = await openPage(t, await startBrowser(t), await servePage(t, folder));
  await page.addScriptTag({ url: "replay.js", type: "module" });
  await page.waitForFunction(() => "replay" in globalThis);
  for (const name of ["core.wasm", "core.simd.wasm"]) {
    for (const [index, path] of conformanceFiles().entries()) {
      const found = await page.evaluate(([core, file]) =>
        (globalThis as unknown as { replay(core: string, file: string): Promise<{ runs: number; differences: string[] }> })
          .replay(core!, file!), [name, `records-${index}.json`]);
      t.same(found.differences, [], `${name}: ${path}, ${found.runs} runs`);
      t.ok(found.runs > 0);
    }
  }
});
