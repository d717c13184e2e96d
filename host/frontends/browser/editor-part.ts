// The settings editor on the page: a file's text, and beside each line what the telephone makes of it.
//
// In: the files once, then notes on a file's lines. Out: the text after each change. The next change is told only when the last was
// answered, so that fast typing is no queue; what was not told yet is kept, whichever file is open. A text that is too long is not told.

import { byId, button, make, setText } from "./dom.js";
import type { FileNotes, LineNote } from "./messages.js";

const LINE_PIXELS = 22;
const COLUMNS_MIN = 60;
const COLUMNS_MAX = 4096;
/** The settings files that manufacturers ship are smaller; more would hold the telephone up while it is explained. */
const CHARACTERS_MAX = 512 * 1024;
/** More notes are not drawn; that of the line with the cursor always is. */
const NOTES_MAX = 5000;

interface OpenFile {
  text: string;
  notes: FileNotes | undefined;
  /** Changed since it was last told. */
  isStale: boolean;
}

export class EditorPart {
  readonly #text = byId<HTMLTextAreaElement>("editor-text");
  readonly #numbers = byId("editor-numbers");
  readonly #notes = byId("editor-notes");
  readonly #tabs = byId("editor-tabs");
  readonly #status = byId("editor-status");
  readonly #line = byId("editor-line");
  readonly #edit: (file: string, text: string) => void;
  readonly #files = new Map<string, OpenFile>();
  #open = "";
  /** The file whose notes are waited for. */
  #asked = "";

  constructor(edit: (file: string, text: string) => void) {
    this.#edit = edit;
    this.#text.addEventListener("input", () => this.#changed());
    for (const name of ["keyup", "click"]) this.#text.addEventListener(name, () => this.#showLine());
  }

  /** The site's files, the first one open. What was typed and not told yet is newer than they are. */
  plug(files: readonly { readonly name: string; readonly text: string }[]): void {
    for (const { name, text } of files) {
      const known = this.#files.get(name);
      if (known === undefined) this.#files.set(name, { text, notes: undefined, isStale: false });
      else if (!known.isStale) known.text = text;
    }
    if (!this.#files.has(this.#open)) this.#open = files[0]!.name;
    this.#showFile();
  }

  notes(notes: FileNotes): void {
    const file = this.#files.get(notes.file);
    if (file === undefined) return;
    file.notes = notes;
    if (notes.file === this.#asked) this.#asked = "";
    this.#ask();
    if (notes.file === this.#open && !file.isStale && this.#asked !== notes.file) this.#showNotes();
  }

  #changed(): void {
    const file = this.#files.get(this.#open)!;
    file.text = this.#text.value;
    file.isStale = true;
    this.#size();
    this.#ask();
    if (isTooLong(file)) this.#showNotes();
  }

  #ask(): void {
    if (this.#asked !== "") return;
    const next = [...this.#files].find(([, file]) => file.isStale && !isTooLong(file));
    if (next === undefined) return;
    const [name, file] = next;
    file.isStale = false;
    this.#asked = name;
    this.#edit(name, file.text);
  }

  #showFile(): void {
    this.#showTabs();
    const { text } = this.#files.get(this.#open)!;
    if (this.#text.value !== text) this.#text.value = text;
    this.#text.setAttribute("aria-label", `Settings file ${this.#open}`);
    this.#size();
    this.#showNotes();
  }

  /** Made once: a button that is pressed keeps the focus. */
  #showTabs(): void {
    if (this.#tabs.childElementCount !== this.#files.size) {
      this.#tabs.replaceChildren(...[...this.#files.keys()].map((name) => button(name, () => {
        this.#open = name;
        this.#showFile();
      })));
    }
    for (const tab of this.#tabs.children) tab.setAttribute("aria-pressed", String(tab.textContent === this.#open));
  }

  /** As high and as wide as its text, so that one bar scrolls text and notes. */
  #size(): void {
    if (this.#text.value.length > CHARACTERS_MAX) return setText(this.#numbers, "");
    const lines = this.#text.value.split("\n");
    this.#text.style.height = `${lines.length * LINE_PIXELS}px`;
    this.#text.cols = lines.reduce((columns, line) => Math.min(COLUMNS_MAX, Math.max(columns, line.length + 2)), COLUMNS_MIN);
    const numbers = lines.map((_, index) => index + 1).join("\n");
    setText(this.#numbers, numbers);
  }

  #showNotes(): void {
    const file = this.#files.get(this.#open)!;
    const { notes } = file;
    const drawn = isTooLong(file) ? [] : (notes?.notes ?? []).slice(0, NOTES_MAX);
    this.#notes.replaceChildren(...drawn.map((note) => noteElement(note)));
    this.#showLine();
    setText(this.#status, isTooLong(file) ? tooLongText(file) : notes === undefined ? "" : statusText(notes));
  }

  /** The note of the line with the cursor, whole. */
  #showLine(): void {
    const file = this.#files.get(this.#open)!;
    const line = this.#text.value.slice(0, this.#text.selectionStart).split("\n").length;
    const note = isTooLong(file) ? undefined : file.notes?.notes.find((each) => each.line === line);
    this.#line.dataset["kind"] = note?.kind ?? "quiet";
    setText(this.#line, isTooLong(file) ? "" : `Line ${line}: ${note?.text ?? "no effect (a comment or a blank line)"}`);
  }
}

function isTooLong({ text }: OpenFile): boolean {
  return text.length > CHARACTERS_MAX;
}

function tooLongText({ text }: OpenFile): string {
  return `Too long: ${text.length} characters, and this page takes ${CHARACTERS_MAX}. The telephone still reads the text from before.`;
}

function statusText({ notes, inForce, ended }: FileNotes): string {
  const wrong = notes.filter(({ kind }) => kind === "error" || kind === "warning" || kind === "ignored").length;
  const trouble = wrong === 0 ? "nothing to mend" : wrong === 1 ? "1 line to look at" : `${wrong} lines to look at`;
  const more = notes.length > NOTES_MAX ? `; notes stand beside the first ${NOTES_MAX} lines that have one` : "";
  return `${inForce} ${inForce === 1 ? "parameter" : "parameters"} in force from this file; ${ended}; ${trouble}${more}`;
}

function noteElement({ line, kind, text }: LineNote): HTMLElement {
  const element = make("li", { "data-kind": kind, "data-line": line, title: text },
    make("span", { class: "at" }, `line ${line}`), make("span", { class: "what" }, text));
  element.style.top = `${(line - 1) * LINE_PIXELS}px`;
  return element;
}
