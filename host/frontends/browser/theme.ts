// Light or dark: as the system says, until somebody chooses.

import { byId, setText } from "./dom.js";

const KEY = "offhook-theme";
const NEXT: Readonly<Record<string, string>> = { system: "light", light: "dark", dark: "system" };
const LABELS: Readonly<Record<string, string>> = { system: "Theme: system", light: "Theme: light", dark: "Theme: dark" };

/** `changed` is called after each change, also one of the system's. */
export function themeSwitch(changed: () => void): void {
  const button = byId("theme");
  let theme = stored();
  const apply = (): void => {
    if (theme === "system") delete document.documentElement.dataset["theme"];
    else document.documentElement.dataset["theme"] = theme;
    setText(button, LABELS[theme]!);
    changed();
  };
  button.addEventListener("click", () => {
    theme = NEXT[theme]!;
    store(theme);
    apply();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", changed);
  apply();
}

function stored(): string {
  try {
    const theme = localStorage.getItem(KEY) ?? "system";
    return Object.hasOwn(NEXT, theme) ? theme : "system";
  } catch {
    return "system"; // A page that may keep nothing.
  }
}

function store(theme: string): void {
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // The choice lasts as long as the page.
  }
}
