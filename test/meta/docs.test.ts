// Goal: the pages for users keep up with the program: no text, option, code or event is missing, no link leads nowhere,
// and no file names a page that is not in the project.
// Method: the names are read where the program has them (texts, help page, types) and looked for in the pages.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import t from "tap";
import { CODES, WARNING_CODES } from "../../host/verdict-codes.js";
import { ImageVerdict, OptionEffect, ScriptWhy } from "../../hal/events.js";
import { BOOT_HELP } from "../../host/cli/help.js";
import { kebabCase } from "../../host/event-record.js";
import { readTexts } from "../../tools/texts.js";

const PAGES = ["README.md", ...readdirSync("docs").filter((name) => name.endsWith(".md")).map((name) => join("docs", name))];
const FOLDERS = ["core", "hal", "host", "tools", "examples", "docs"];
/** core/image/format.ts names its source by its path there. */
const MCUBOOT_PAGE = "docs/design.md";
/** Words that this release's core never sends; a later one may. */
const NEVER_SENT = new Set(["none", "no-space"]);

function missing(page: string, wanted: readonly string[]): string[] {
  const text = readFileSync(page, "utf8").replace(/\s+/g, " ");
  return wanted.filter((word) => !text.includes(word));
}

function words(members: object): string[] {
  const names = Object.values(members).filter((name) => typeof name === "string");
  return names.map(kebabCase).filter((word) => !NEVER_SENT.has(word));
}

/** A heading's anchor, as the usual renderers make it. */
function anchors(page: string): string[] {
  const headings = readFileSync(page, "utf8").matchAll(/^#+ (.+)$/gm);
  return [...headings].map(([, heading = ""]) => heading.toLowerCase().replace(/[^\w\- ]/g, "").replaceAll(" ", "-"));
}

t.test("every text of the screen is in STARTUP.md", (t) => {
  const source = readFileSync("core/texts.txt", "utf8");
  const shown = source.slice(0, source.indexOf("# Sent."));
  const texts = readTexts(shown).map(({ bytes }) => Buffer.from(bytes).toString("latin1").trim());
  t.ok(texts.length > 25);
  t.same(missing("docs/STARTUP.md", texts), []);
  t.end();
});

t.test("every option of boot is in CLI.md", (t) => {
  const options = [...new Set(BOOT_HELP.match(/--[a-z0-9][a-z0-9-]*/g))];
  t.ok(options.length > 25);
  t.same(missing("docs/CLI.md", options), []);
  t.end();
});

t.test("every event, code and reason is in CLI.md, every verdict in FORMAT.md", (t) => {
  const types = readFileSync("host/event-types.ts", "utf8");
  const kinds = [...types.matchAll(/readonly event: "([a-z-]+)"/g)].map(([, kind = ""]) => `\`${kind}\``);
  const codes = [...CODES, ...WARNING_CODES].map((code) => `\`${code}\``);
  t.ok(kinds.length > 10 && codes.length > 20);
  t.same(missing("docs/CLI.md", kinds), []);
  t.same(missing("docs/CLI.md", [...codes, ...words(OptionEffect), ...words(ScriptWhy)]), []);
  t.same(missing("docs/FORMAT.md", words(ImageVerdict).map((word) => `\`${word}\``)), []);
  t.end();
});

t.test("a page that a file names is in the project", (t) => {
  const lost: string[] = [];
  for (const folder of FOLDERS) {
    for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
      const file = join(folder, name);
      if (!/\.(ts|md|tsv|txt|mjs)$/.test(name)) continue;
      const named = readFileSync(file, "utf8").match(/[\w./-]*\w\.md\b/g) ?? [];
      const unknown = named.filter((page) => !existsSync(page) && !existsSync(join("docs", page)) && page !== MCUBOOT_PAGE);
      lost.push(...unknown.map((page) => `${file}: ${page}`));
    }
  }
  t.same(lost, []);
  t.end();
});

t.test("links lead somewhere", (t) => {
  const lost: string[] = [];
  for (const page of PAGES) {
    for (const [, link = ""] of readFileSync(page, "utf8").matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(link)) continue;
      const [path = "", anchor] = link.split("#");
      const target = path === "" ? page : join(dirname(page), path);
      if (!existsSync(target) || (anchor !== undefined && !anchors(target).includes(anchor))) lost.push(`${page}: ${link}`);
    }
  }
  t.same(lost, []);
  t.end();
});
