// Goal: the page keeps to what it is told, whatever that is and whenever it comes, and is usable by keyboard, by ear and on a small window.
// Method: Debian's Chromium; a worker that only listens stands for the telephone where the news are made here, the real one elsewhere.

import { readFileSync } from "node:fs";
import t from "tap";
import type { Page } from "playwright-core";
import type { News, Tick } from "../../host/frontends/browser/messages.js";
import { openPage, servePage } from "./support/browser.js";
import { skipWithout } from "./support/daemon.js";
import { chromium, pageFolder, PLUGGED, ROW, state, TICK, toldPage } from "./support/told-page.js";

const options = { skip: skipWithout("chromium", "chromium") };

const notes = (file: string, text: string): News =>
  ({ news: "notes", notes: { file, notes: [{ line: 1, kind: "set", text }], inForce: 1, ended: "" } });
const focused = (page: Page): Promise<string> => page.evaluate(() => document.activeElement!.textContent!.trim());

t.test("an edit that was not told yet is told, whichever file is open and whatever LAN comes", options, async (t) => {
  const { page, tell, orders, complaints } = await toldPage(t);
  await page.fill("#editor-text", "one");
  await page.fill("#editor-text", "two");
  t.same(await orders(), [{ do: "edit", file: "a.txt", text: "one" }], "the next when the last was answered");
  await page.click("#editor-tabs button:nth-child(2)");
  t.equal(await page.inputValue("#editor-text"), "second\n");
  await page.fill("#editor-text", "three");
  await tell(PLUGGED);
  t.equal(await page.inputValue("#editor-text"), "three", "newer than what the site had");
  await tell(notes("a.txt", "of one"));
  t.same(await orders(), [{ do: "edit", file: "a.txt", text: "two" }]);
  t.equal(await page.locator("#editor-notes li").count(), 0, "notes of another file are not shown");
  await tell(notes("a.txt", "of two"), notes("b.txt", "nobody asked"));
  t.same(await orders(), [{ do: "edit", file: "b.txt", text: "three" }]);
  await tell(notes("b.txt", "<img src=x onerror=alert(1)>"));
  t.equal(await page.innerText("#editor-notes li .what"), "<img src=x onerror=alert(1)>");
  t.equal(await page.evaluate(() => document.querySelector<HTMLElement>("#editor-notes li")!.style.top), "0px", "beside its line");
  t.equal(await page.innerText("#editor-line"), "Line 1: <img src=x onerror=alert(1)>");
  await page.focus("#editor-text");
  await page.keyboard.press("Control+End");
  await page.keyboard.press("Enter");
  t.equal(await page.innerText("#editor-line"), "Line 2: no effect (a comment or a blank line)");
  await page.keyboard.press("Backspace");
  t.equal((await orders()).length, 1, "the second change waits");
  await tell(notes("b.txt", "<img src=x>"));
  t.same(await orders(), [{ do: "edit", file: "b.txt", text: "three" }]);
  await tell(notes("b.txt", "<img src=x>"));
  t.equal(await page.locator("img").count(), 0);
  t.match(await page.innerText("#editor-status"), "1 parameter in force");
  await tell({ ...PLUGGED, files: [{ name: "b.txt", text: "from the site" }] }, notes("none.txt", "of no file"));
  t.equal(await page.inputValue("#editor-text"), "from the site", "what was told is the site's");
  t.same([await orders(), complaints], [[], []]);
});

t.test("a text of any length: many lines are numbered, one that is too long is not told and says so", options, async (t) => {
  const { page, tell, orders, complaints } = await toldPage(t);
  const write = (text: string, times: number): Promise<void> => page.evaluate(([part, count]) => {
    const editor = document.querySelector<HTMLTextAreaElement>("#editor-text")!;
    editor.value = (part as string).repeat(count as number);
    editor.dispatchEvent(new Event("input"));
  }, [text, times] as const);
  await write("x\n", 150_000);
  t.match(await page.evaluate(() => document.querySelector("#editor-numbers")!.textContent), /\n150001$/);
  t.equal((await orders()).length, 1);
  const many = Array.from({ length: 9000 }, (_, index) => ({ line: index + 1, kind: "error" as const, text: "x" }));
  await tell({ news: "notes", notes: { file: "a.txt", notes: many, inForce: 0, ended: "" } });
  t.equal(await page.locator("#editor-notes li").count(), 5000);
  t.match(await page.innerText("#editor-status"), "9000 lines to look at; notes stand beside the first 5000");
  await write("0123456789", 100_000);
  t.match(await page.innerText("#editor-status"), "Too long: 1000000 characters");
  t.same([await orders(), await page.locator("#editor-notes li").count(), await page.innerText("#editor-line")], [[], 0, ""]);
  await write("y".repeat(6000), 1);
  t.match(await orders(), [{ do: "edit", text: /^y{6000}$/ }]);
  t.equal(await page.evaluate(() => document.querySelector<HTMLTextAreaElement>("#editor-text")!.cols), 4096);
  t.same(complaints, []);
});

t.test("frames by the ten thousand: places in the list, a press while others come, the oldest go", options, async (t) => {
  const { page, tell, pass, orders, complaints } = await toldPage(t);
  const top = (): Promise<number> => page.evaluate(() => document.querySelector("#frame-list")!.scrollTop);
  const scroll = async (to: number): Promise<void> => {
    await page.evaluate((place) => new Promise((resolve) => {
      const list = document.querySelector("#frame-list")!;
      list.addEventListener("scroll", resolve, { once: true });
      list.scrollTop = place;
    }), to);
  };
  await pass(1, 100);
  await scroll(26);
  await pass(101, 100);
  t.equal(await top(), 26, "who reads is not taken along");
  await scroll(1e6);
  await pass(201, 39_800);
  t.ok(await top() > 39_000 * 26, "who is at the end is");
  t.equal(await page.innerText("#frame-count"), "40000 of 40000");
  t.match(await page.locator(".frame").last().getAttribute("aria-posinset"), "40000");
  t.match(await page.locator(".frame").last().getAttribute("aria-setsize"), "40000");
  await page.focus("#frame-list");
  await page.keyboard.press("Home");
  t.same(await orders(), [{ do: "frame", n: 1 }]);
  await page.keyboard.press("End");
  t.match(await orders(), [{ do: "frame", n: 40_000 }]);
  await page.locator("#frame-list").scrollIntoViewIfNeeded();
  const { x, y } = (await page.locator("#frame-list").boundingBox())!;
  await page.mouse.move(x + 50, y + 100);
  await page.mouse.down();
  await pass(40_001, 50);
  await page.mouse.up();
  const [pressed] = await orders();
  t.match(pressed, { do: "frame" });
  t.same(await orders(), [], "once");
  await page.evaluate(() => document.querySelectorAll<HTMLElement>(".frame")[2]!.click());
  t.match(await orders(), [{ do: "frame" }]);
  await page.locator(".frame").last().click();
  t.equal((await orders()).length, 1, "a press with its click is one choice");
  await page.locator(".frame[aria-selected=true]").click();
  t.same(await orders(), [], "and no second one");
  await page.focus("#frame-list");
  await page.keyboard.press("Home");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("PageDown");
  t.match((await orders()).at(-1), { n: 11 });
  await page.keyboard.press("End");
  t.match((await orders()).at(-1), { n: 40_050 });
  t.equal(await page.getAttribute("#frame-list", "aria-activedescendant"), "frame-40050");
  await scroll(35_000 * 26);
  await page.waitForFunction(() => document.querySelector("#frame-35001") !== null);
  await pass(40_051, 9_960);
  t.equal(await page.innerText("#frame-count"), "25000 of 25000");
  t.equal(await top(), (35_000 - 25_010) * 26, "frame 35001 is where it was");
  t.ok(await page.locator("#frame-35001").isVisible());
  const verdict = { state: "x", cause: "c", advice: "a", warnings: [], bootname: "", appname: "", evidence: [{ text: "f", frame: 5 }] };
  await tell({ ...TICK, verdict: { ...verdict, standing: "stopped" } });
  await page.click("#verdict .link");
  t.same(await orders(), [{ do: "frame", n: 5 }], "evidence that is no longer kept is asked for");
  t.equal(await page.inputValue("#frame-filter"), "talk");
  await pass(50_011, 10, "TCP");
  t.equal(await page.innerText("#frame-count"), "25000 of 25010", "what carries files is not shown at first");
  t.equal(await top(), (35_000 - 25_010) * 26);
  await page.selectOption("#frame-filter", "TCP");
  t.equal(await page.innerText("#frame-count"), "10 of 25010");
  await tell({ news: "frame", detail: undefined });
  t.match(await page.innerText("#frame-detail"), "no longer kept");
  await tell(PLUGGED);
  t.equal(await page.innerText("#frame-count"), "0 of 0");
  t.same(complaints, []);
});

t.test("by keyboard: tabs keep the focus, and a start-up that is chosen is shown as it was", options, async (t) => {
  const { page, tell, orders } = await toldPage(t);
  await tell({ ...TICK, ms: 500, events: [state("link", 100)], powerCuts: [400] },
    { ...TICK, ms: 3000, isPaused: true, events: [state("power-up", 1000), state("dhcp", 1500)] });
  t.same(await page.locator("#start-ups button").allTextContents(), ["1", "2"]);
  await page.focus("#start-ups button:nth-child(1)");
  await page.keyboard.press("Enter");
  t.equal(await focused(page), "1");
  t.match(await page.innerText("#timeline-total"), "then power lost");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Space");
  t.equal(await focused(page), "2");
  t.equal(await page.innerText("#timeline-total"), "2.0 s", "also while time stands");
  t.equal(await page.getAttribute("#start-ups button:nth-child(2)", "aria-pressed"), "true");
  await tell({ ...TICK, ms: 4000, isPaused: true, events: [state("power-up", 3500)] });
  t.equal(await page.getAttribute("#start-ups button:nth-child(3)", "aria-pressed"), "true", "the last one is followed");
  await tell(PLUGGED, { ...TICK, ms: 700, isPaused: true, events: [state("power-up", 0)] });
  t.same(await page.locator("#start-ups button").allTextContents(), ["1"]);
  await page.click("#start-ups button");
  t.equal(await page.innerText("#timeline-total"), "0.7 s", "of the telephone that is there now");
  await page.focus("#editor-tabs button:nth-child(1)");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  t.equal(await focused(page), "b.txt");
  t.equal(await page.getAttribute("#editor-text", "aria-label"), "Settings file b.txt");
  for (const none of ["4095", "0", "1.5", ""]) {
    await page.fill("#port-vlan", none);
    await page.keyboard.press("Enter");
    t.equal(await page.inputValue("#port-vlan"), "1", "what is no VLAN is not ordered");
  }
  await page.fill("#port-vlan", "232");
  await page.keyboard.press("Enter");
  await page.click("#step");
  await page.click("#pause");
  await page.click("#restart");
  t.same(await orders(), [
    { do: "port-vlan", vid: 232 }, { do: "step" }, { do: "run" }, { do: "power", on: false }, { do: "power", on: true },
  ], "a step of a telephone that stands needs no pause");
  await tell(TICK);
  await page.click("#step");
  await page.click("#plug");
  await page.click("#cable");
  t.same(await orders(), [{ do: "pause" }, { do: "step" }, { do: "power", on: false }, { do: "cable", isIn: false }]);
});

t.test("the telephone's keys: once each, not while a key is held, and still where somebody asked for little motion", options, async (t) => {
  const { page, orders } = await toldPage(t);
  /** In one turn of the page: an animation is over soon. */
  const animations = (): Promise<number> => page.evaluate(() => {
    document.querySelector("svg.phone")!.dispatchEvent(new KeyboardEvent("keydown", { key: "7" }));
    return document.getAnimations().length;
  });
  await page.focus("svg.phone");
  for (const key of ["0", "9", "*", "#", "F1", "F4", "m", "M", "ArrowUp", "ArrowDown", "a", "ArrowLeft", "Control+1", "Alt+2"]) {
    await page.keyboard.press(key);
  }
  await page.keyboard.down("5");
  await page.keyboard.down("5");
  await page.keyboard.up("5");
  const codes = (await orders()).map((order) => (order.do === "key" ? order.code : -1));
  t.same([codes.length, ...codes.slice(0, 4)], [11, 48, 57, 42, 35]);
  t.equal(codes[6], codes[7], "either letter is Mute");
  t.equal(codes[10], 53);
  t.same([await animations() > 0, await orders()], [true, [{ do: "key", code: 55 }]]);
  await page.focus(".key[aria-label^='Softkey 1']");
  for (const key of ["Enter", "Enter", " "]) await page.keyboard.down(key);
  t.same(await orders(), [{ do: "key", code: codes[4] }, { do: "key", code: codes[4] }], "a key that is held is one");
  await page.locator("svg.phone .key[aria-label='pound']").click();
  t.same(await orders(), [{ do: "key", code: 35 }]);
  await page.emulateMedia({ reducedMotion: "reduce" });
  await page.waitForFunction(() => document.getAnimations().length === 0);
  t.equal(await animations(), 0);
  t.equal(await page.getAttribute("svg.phone", "role"), "application");
});

t.test("by ear: what is said of a start-up, and what is not", options, async (t) => {
  const { page, tell } = await toldPage(t);
  t.same(await page.evaluate(() => [...document.querySelectorAll("[aria-live], [role=alert], [role=status], output")].map(({ id }) => id)),
    ["failed", "screen-prompt", "verdict-spoken", "editor-line"]);
  const said = (id: string): Promise<string> => page.evaluate((name) => document.querySelector(name)!.textContent!, id);
  const prompt = async (text: string): Promise<string> => {
    await tell({ ...TICK, events: [{ n: 1, t: 0, event: "display", row: "prompt", text }] });
    return said("#screen-prompt");
  };
  const spoken: string[] = [];
  const prompts = ["1 KB received", "900 KB received", "3%, 0 secs", "99%, 2 secs", "4 secs", "10.0.0.1 is no router", "Enter username"];
  for (const text of prompts) spoken.push(await prompt(text));
  t.same(spoken, [...Array<string>(5).fill("1 KB received"), "10.0.0.1 is no router", "Enter username"]);
  t.match(await said("#screen-text"), "Enter username");
  const verdict = {
    state: "router", cause: "10.0.8.254 did not answer.", advice: "look", evidence: [], warnings: [], bootname: "", appname: "",
  } as const;
  await tell({ ...TICK, verdict: { ...verdict, standing: "under way" } });
  t.equal(await said("#verdict-spoken"), "");
  await tell({ ...TICK, verdict: { ...verdict, standing: "stopped" } });
  t.equal(await said("#verdict-spoken"), "Verdict: stopped. 10.0.8.254 did not answer.");
  await tell({ ...TICK, verdict: { ...verdict, standing: "reached", state: "login" } });
  t.equal(await said("#verdict-spoken"), "Verdict: reached. login");
  await tell({ ...TICK, powered: false });
  t.same([await said("#verdict-spoken"), await said("#screen-prompt")], ["", "No power"]);
  t.match(await said("#verdict"), /^Unplugged/, "whatever was found before");
});

t.test("what is told is what is drawn: surroundings, screen, chip, verdict, a frame beside its bytes", options, async (t) => {
  const { page, tell, orders } = await toldPage(t);
  const text = (id: string): Promise<string> => page.innerText(`#${id}`);
  const display = (row: string, shown: string): Tick["events"][number] => ({ n: 1, t: 0, event: "display", row, text: shown });
  const long = "a row of a text that is longer than the row";
  t.same([await text("lan-summary"), await text("model"), await text("clock")], ["a LAN", "M, P", "0:00"]);
  await tell({
    ...TICK, ms: 61_000, portVlan: 9, erasedBytes: 4096, programmedBytes: 8192, events: [
      display("title", "a title"), display("0", long), { n: 1, t: 0, event: "progress", permille: 500 },
      { n: 1, t: 0, event: "softkeys", labels: ["One", "Two"] },
    ], sectors: [{ sector: 0, fill: 255, state: 0 }, { sector: 1, fill: 0, state: 3 }, { sector: 33, fill: 0, state: 0 }],
  });
  t.same([await text("clock"), await page.inputValue("#port-vlan")], ["1:01", "9"]);
  t.equal(await text("flash-words"), "Erased 4 KiB, wrote 8 KiB so far.");
  t.equal(await page.getAttribute("#flash canvas", "aria-label"), "boot A: 1 of 40 sectors hold something, 1 torn by a cut");
  t.match(await text("flash"), /boot A\s+160 KiB/);
  const pixels = await page.evaluate(() => {
    const { data } = document.querySelector("canvas")!.getContext("2d")!.getImageData(0, 0, 20, 20);
    const at = (x: number, y: number): number[] => [...data.slice((y * 20 + x) * 4, (y * 20 + x) * 4 + 3)];
    const key = (name: string): number[] =>
      getComputedStyle(document.querySelector(`#key-${name}`)!).backgroundColor.match(/\d+/g)!.map(Number);
    return [at(4, 4), key("full"), at(14, 4), key("torn"), at(14, 14), key("erased")];
  });
  t.same([pixels[0], pixels[2], pixels[4]], [pixels[1], pixels[3], pixels[5]], "full, torn, erased: in the colours of the legend");
  const rows = await page.locator("svg .row").allTextContents();
  t.equal(rows[0], "a title");
  t.not(rows[2], long.slice(0, rows[2]!.length), "scrolled by then");
  t.same([await page.locator("svg .bar.off").count(), await page.locator("svg .bar-text").textContent()], [0, "50%"]);
  t.same(await page.locator("svg .softkey-text").allTextContents(), ["One", "Two", "", ""]);
  t.equal(await page.locator(".timeline .now").count(), 1);
  await tell({ ...TICK, powered: false, events: [{ n: 1, t: 0, event: "progress", permille: null }] });
  t.same([await page.locator("svg.phone.dark").count(), await page.locator("svg .bar.off").count()], [1, 1]);
  t.match(await text("verdict"), /^Unplugged/);
  await tell({ ...TICK, frames: [{ ...ROW, n: 1, direction: "out", protocol: "TCP" }, { ...ROW, n: 2, protocol: "SIP" }] });
  const evidence = [{ text: "frame 1", frame: 1 }];
  const verdict = { state: "x", cause: "c", advice: "a", warnings: [], bootname: "", appname: "", evidence };
  await tell({ ...TICK, verdict: { ...verdict, standing: "stopped" } });
  t.equal(await text("frame-count"), "1 of 2");
  await page.click("#verdict .link");
  t.same([await orders(), await text("frame-count")], [[{ do: "frame", n: 1 }], "2 of 2"], "shown although the filter hid it");
  t.same(await page.locator(".frame .way").allTextContents(), ["→", "←"]);
  const layers = [{ name: "L", from: 0, bytes: 4, fields: [{ name: "f", value: "v", from: 1, bytes: 2 }] }];
  await tell({ news: "frame", detail: { row: { ...ROW, n: 1, direction: "out" }, bytes: new Uint8Array(4), layers } });
  t.match(await text("frame-detail"), /Frame 1 60 bytes, sent/);
  await page.click(".field");
  t.same(await page.locator(".bytes span").evaluateAll((all) => all.map(({ className }) => className)), ["", "marked", "marked", ""]);
  await tell({ ...PLUGGED, regions: [{ name: "new", first: 0, count: 2 }] }, { ...TICK, sectors: [{ sector: 1, fill: 1, state: 0 }] });
  t.equal(await page.getAttribute("#flash canvas", "aria-label"), "new: 1 of 2 sectors hold something", "of the chip that is there now");
  t.same((await page.locator("svg .row").allTextContents()).join(""), "", "of the telephone that is there now");
});

t.test("a file is a download, and the one before is let go of", options, async (t) => {
  const { page, tell, orders } = await toldPage(t);
  await page.evaluate(() => {
    const revoke = URL.revokeObjectURL.bind(URL);
    const revoked: string[] = [];
    Object.assign(globalThis, { revoked });
    URL.revokeObjectURL = (url) => {
      revoked.push(url);
      revoke(url);
    };
  });
  for (const what of ["capture", "transcript", "events"]) await page.click(`#download-${what}`);
  t.same(await orders(), ["capture", "transcript", "events"].map((what) => ({ do: "download", what })));
  const saved: string[] = [];
  for (const name of ["a.txt", "b.txt"]) {
    const download = page.waitForEvent("download");
    await tell({ news: "file", name, type: "text/plain", bytes: Uint8Array.of(104, 105) });
    saved.push(`${(await download).suggestedFilename()} ${readFileSync(await (await download).path(), "utf8")}`);
  }
  t.same(saved, ["a.txt hi", "b.txt hi"]);
  t.match(await page.evaluate(() => (globalThis as unknown as { revoked: string[] }).revoked), ["", /^blob:/]);
});

t.test("a worker that does not load, and one that throws, are told of", options, async (t) => {
  const workers = [["throw new Error('no good')", /reload the page.*no good/], ["import './none.js'", /could not be loaded/]] as const;
  for (const [worker, why] of workers) {
    const served = await servePage(t, await pageFolder(t, worker));
    const page = await (await (await chromium()).newContext()).newPage();
    await page.goto(`${served.url}phone/`);
    await page.waitForSelector("#failed:not([hidden])");
    t.match(await page.innerText("#failed"), why);
    await page.context().close();
  }
});

t.test("320 and 390 pixels, both themes: nothing wider than the window, every text with its contrast", options, async (t) => {
  for (const [colorScheme, width] of [["dark", 320], ["light", 390], ["light", 1000]] as const) {
    const served = await servePage(t, await pageFolder(t));
    const { page, complaints } = await openPage(t, await chromium(), served, { colorScheme, viewport: { width, height: 700 } });
    await page.selectOption("#lan", "bad-router");
    await page.click("label[for=speed-64]");
    await page.fill("#editor-text", "SET SIPDOMAIN a.example\nSET SIPSIGNAL 9\nSET NOSUCH 1\n");
    await page.waitForFunction(() => document.querySelector("#verdict")?.getAttribute("data-standing") === "stopped");
    await page.click("#verdict .link");
    await page.waitForSelector("#frame-detail h3");
    await page.waitForSelector("#editor-notes [data-kind=error]");
    t.equal(await page.evaluate(() => document.documentElement.scrollWidth), width, `${colorScheme} ${width}`);
    t.same(await page.evaluate(tooFaint), [], `${colorScheme} ${width}`);
    t.same(complaints, []);
  }
});

t.test("plug, pause, step and LAN as fast as they can be pressed; then it starts as ever", options, async (t) => {
  const served = await servePage(t, await pageFolder(t));
  const { page, complaints } = await openPage(t, await chromium(), served);
  await page.evaluate(async () => {
    const press = (id: string): void => document.querySelector<HTMLElement>(`#${id}`)!.click();
    const lan = document.querySelector<HTMLSelectElement>("#lan")!;
    for (let round = 0; round < 150; round++) {
      const ids = ["plug", "pause", "step", "restart", "cable", "pause", "plug", "step"];
      ids.filter((id) => (round * 7 + id.length) % 3 > 0).forEach(press);
      if (round % 50 === 20) {
        lan.value = ["no-dhcp", "demo", "vlan-loop"][round % 3]!;
        lan.dispatchEvent(new Event("change"));
      }
      await new Promise((resolve) => setTimeout(resolve, round % 5));
    }
  });
  await page.selectOption("#lan", "demo");
  await page.click("label[for=speed-64]");
  // Until all that was ordered before has been obeyed.
  await page.waitForFunction(() => {
    const wrong = document.querySelectorAll<HTMLElement>("#plug[data-on=false], #cable[data-on=false], #pause[data-on=true]");
    for (const each of wrong) each.click();
    return document.querySelector("#screen-text")!.textContent!.includes("Enter username");
  }, null, { polling: 200, timeout: 60_000 });
  t.ok(await page.isHidden("#failed"));
  t.same(complaints, []);
});

/** In the page: texts with less than 4.5 to 1 (WCAG 2.2, 1.4.3). */
function tooFaint(): string[] {
  const parts = (colour: string): number[] => colour.match(/[\d.]+/g)!.map(Number);
  const light = (colour: number[]): number => {
    const [r, g, b] = colour.slice(0, 3).map((value) => (value <= 10.3 ? value / 3294.6 : ((value / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
  };
  const ground = (element: Element | null): number[] => {
    if (element === null) return [255, 255, 255];
    const colour = parts(getComputedStyle(element).backgroundColor);
    return (colour[3] ?? 1) === 1 ? colour : ground(element.parentElement);
  };
  return [...document.querySelectorAll<HTMLElement>("body *")].flatMap((element) => {
    const isText = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent!.trim() !== "");
    if (!isText || !element.checkVisibility() || element.closest("svg, .visually-hidden") !== null) return [];
    const [dark, bright] = [light(parts(getComputedStyle(element).color)), light(ground(element))].sort((a, b) => a - b);
    const contrast = (bright! + 0.05) / (dark! + 0.05);
    return contrast < 4.5 ? [`${element.tagName} ${element.className} "${element.textContent!.slice(0, 20)}" ${contrast.toFixed(1)}`] : [];
  });
}
