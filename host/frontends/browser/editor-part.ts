// The settings editor on the page: a file's text, and beside each line what the telephone makes of it.
//
// In: the files once, then notes on a file's lines. Out: the text after each change. The next change is told only when the last was
// answered, so that fast typing is no queue.

import { byId, button, make, setText } from "./dom.js";
import type { FileNotes, LineNote } from "./messages.js";

const LINE_PIXELS = 22;
const COLUMNS_MIN = 60;

interface OpenFile {
  text: string;
  notes: FileNotes | undefined;
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
  #isAsking = false;
  #isStale = false;

  constructor(edit: (file: string, text: string) => void) {
    this.#edit = edit;
    this.#text.addEventListener("input", () => this.#changed());
    for (const name of ["keyup", "click"]) this.#text.addEventListener(name, () => this.#showLine());
  }

  /** The site's files, the first one open. */
  plug(files: readonly { readonly name: string; readonly text: string }[]): void {
    for (const { name, text } of files) this.#files.set(name, { text, notes: this.#files.get(name)?.notes });
    if (!this.#files.has(this.#open)) this.#open = files[0]!.name;
    this.#showFile();
  }

  notes(notes: FileNotes): void {
    const file = this.#files.get(notes.file);
    if (file === undefined) return;
    file.notes = notes;
    this.#isAsking = false;
    if (this.#isStale) return this.#ask();
    if (notes.file === this.#open) this.#showNotes();
  }

  #changed(): void {
    this.#files.get(this.#open)!.text = this.#text.value;
    this.#size();
    this.#isStale = true;
    if (!this.#isAsking) this.#ask();
  }

  #ask(): void {
    this.#isStale = false;
    this.#isAsking = true;
    this.#edit(this.#open, this.#files.get(this.#open)!.text);
  }

  #showFile(): void {
    this.#tabs.replaceChildren(...[...this.#files.keys()].map((name) => button(name, () => {
      this.#open = name;
      this.#showFile();
    }, { "aria-pressed": String(name === this.#open) })));
    const { text } = this.#files.get(this.#open)!;
    if (this.#text.value !== text) this.#text.value = text;
    this.#size();
    this.#showNotes();
  }

  /** As high and as wide as its text, so that one bar scrolls text and notes. */
  #size(): void {
    const lines = this.#text.value.split("\n");
    this.#text.style.height = `${lines.length * LINE_PIXELS}px`;
    this.#text.cols = Math.max(COLUMNS_MIN, ...lines.map((line) => line.length + 2));
    const numbers = lines.map((_, index) => index + 1).join("\n");
    setText(this.#numbers, numbers);
  }

  #showNotes(): void {
    const { notes } = this.#files.get(this.#open)!;
    this.#notes.replaceChildren(...(notes?.notes ?? []).map((note) => noteElement(note)));
    this.#showLine();
    if (notes === undefined) return setText(this.#status, "");
    const wrong = notes.notes.filter(({ kind }) => kind === "error" || kind === "warning" || kind === "ignored").length;
    const trouble = wrong === 0 ? "nothing to mend" : wrong === 1 ? "1 line to look at" : `${wrong} lines to look at`;
    setText(this.#status, `${notes.inForce} parameters in force from this file; ${notes.ended}; ${trouble}`);
  }

  /** The note of the line with the cursor, whole. */
  #showLine(): void {
    const line = this.#text.value.slice(0, this.#text.selectionStart).split("\n").length;
    const note = this.#files.get(this.#open)?.notes?.notes.find((each) => each.line === line);
    this.#line.dataset["kind"] = note?.kind ?? "quiet";
    setText(this.#line, `Line ${line}: ${note?.text ?? "no effect (a comment or a blank line)"}`);
  }
}

function noteElement({ line, kind, text }: LineNote): HTMLElement {
  const element = make("li", { "data-kind": kind, "data-line": line, title: text },
    make("span", { class: "at" }, `line ${line}`), make("span", { class: "what" }, text));
  element.style.top = `${(line - 1) * LINE_PIXELS}px`;
  return element;
}
