// The picture of the telephone: body, handset, screen, softkeys and pad, drawn once.
//
// In: what to do when a key is pressed. Out: the drawing, and handles on the parts that change. Keys are buttons for a screen reader;
// only the softkeys are stops of the tabulator, because the pad is typed: an application, which a screen reader leaves the keys to.

import { Key } from "../../../hal/abi.js";
import { draw } from "./dom.js";

export interface PhonePicture {
  readonly svg: SVGSVGElement;
  /** Title, prompt, then the six application rows. */
  readonly rows: readonly SVGTextElement[];
  readonly softkeys: readonly { readonly key: SVGGElement; readonly label: SVGTextElement; readonly face: SVGRectElement }[];
  readonly bar: SVGGElement;
  readonly barFill: SVGRectElement;
  readonly barText: SVGTextElement;
  readonly lamp: SVGCircleElement;
}

const SCREEN = { x: 120, y: 38, width: 288, height: 210 };
const TEXT_X = SCREEN.x + 9;
/** Baselines of the eight rows. */
const BASELINES = [53, 76, 101, 120, 139, 158, 177, 196];
const BAR_WIDTH = 226;
const SOFTKEY_WIDTH = SCREEN.width / 4;
const PAD_TOP = 352;
const PAD: readonly (readonly [label: string, letters: string])[] = [
  ["1", ""], ["2", "ABC"], ["3", "DEF"], ["4", "GHI"], ["5", "JKL"], ["6", "MNO"], ["7", "PQRS"], ["8", "TUV"], ["9", "WXYZ"],
  ["*", ""], ["0", "+"], ["#", ""],
];
const NAMES: Readonly<Record<string, string>> = { "*": "star", "#": "pound" };

export function drawPhone(press: (code: number) => void): PhonePicture {
  const rows = BASELINES.map((y, index) => draw("text", { x: TEXT_X, y, class: index === 0 ? "row title" : "row" }));
  const softkeys = [0, 1, 2, 3].map((index) => softkey(index, press));
  const barFill = draw("rect", { x: TEXT_X, y: 205, width: 0, height: 8, rx: 2, class: "bar-fill" });
  const barText = draw("text", { x: SCREEN.x + SCREEN.width - 9, y: 213, class: "bar-text", "text-anchor": "end" });
  const bar = draw("g", { class: "bar" },
    draw("rect", { x: TEXT_X, y: 205, width: BAR_WIDTH, height: 8, rx: 2, class: "bar-track" }), barFill, barText);
  const lamp = draw("circle", { cx: 404, cy: 22, r: 4.5, class: "lamp" });
  const svg = draw("svg", {
    viewBox: "0 0 440 560", class: "phone", role: "application", tabindex: 0, focusable: "true",
    "aria-label": "Telephone. Type 0 to 9, star and pound, F1 to F4 for the softkeys, M for Mute, arrows up and down.",
  }, ...body(), lamp,
  draw("g", { class: "screen", "aria-hidden": "true" },
    draw("rect", { ...SCREEN, rx: 4, class: "glass" }), draw("rect", { x: SCREEN.x, y: SCREEN.y, width: SCREEN.width, height: 22, rx: 4,
      class: "title-band" }),
    ...rows, bar, ...softkeys.flatMap(({ face, label }) => [face, label])),
  ...softkeys.map(({ key }) => key), ...navigation(press), ...pad(press));
  return { svg, rows, softkeys, bar, barFill, barText, lamp };
}

function body(): SVGElement[] {
  return [
    draw("rect", { x: 3, y: 3, width: 434, height: 554, rx: 30, class: "body" }),
    draw("rect", { x: 33, y: 60, width: 48, height: 440, rx: 22, class: "handset" }),
    draw("rect", { x: 20, y: 36, width: 74, height: 118, rx: 32, class: "handset" }),
    draw("rect", { x: 20, y: 406, width: 74, height: 118, rx: 32, class: "handset" }),
    ...[82, 95, 108].map((y) => draw("line", { x1: 46, x2: 68, y1: y, y2: y, class: "grille" })),
    ...[452, 465, 478].map((y) => draw("line", { x1: 46, x2: 68, y1: y, y2: y, class: "grille" })),
    draw("rect", { x: 111, y: 14, width: 306, height: 290, rx: 14, class: "bezel" }),
    draw("text", { x: 122, y: 27, class: "brand" }, "OFFHOOK"),
  ];
}

function softkey(index: number, press: (code: number) => void): PhonePicture["softkeys"][number] {
  const x = SCREEN.x + index * SOFTKEY_WIDTH;
  const face = draw("rect", { x: x + 2, y: 220, width: SOFTKEY_WIDTH - 4, height: 24, rx: 3, class: "softkey-label" });
  const label = draw("text", { x: x + SOFTKEY_WIDTH / 2, y: 236, class: "softkey-text", "text-anchor": "middle" });
  const key = pressable(Key.Soft1 + index, `Softkey ${index + 1}`, press, { x: x + 6, y: 262, width: SOFTKEY_WIDTH - 12, height: 26 }, [
    draw("line", { x1: x + SOFTKEY_WIDTH / 2 - 9, x2: x + SOFTKEY_WIDTH / 2 + 9, y1: 275, y2: 275, class: "dash" }),
  ]);
  key.setAttribute("tabindex", "0");
  return { key, label, face };
}

function navigation(press: (code: number) => void): SVGGElement[] {
  const keys: readonly (readonly [Key, string, string])[] = [[Key.Up, "▲", "Up"], [Key.Down, "▼", "Down"], [Key.Mute, "Mute", "Mute"]];
  return keys.map(([code, shown, name], index) => {
    const x = SCREEN.x + index * 100;
    return pressable(code, name, press, { x, y: 312, width: 88, height: 30 }, [
      draw("text", { x: x + 44, y: 332, class: "key-word", "text-anchor": "middle" }, shown),
    ]);
  });
}

function pad(press: (code: number) => void): SVGGElement[] {
  return PAD.map(([label, letters], index) => {
    const [x, y] = [SCREEN.x + (index % 3) * 100, PAD_TOP + Math.floor(index / 3) * 48];
    return pressable(label.charCodeAt(0), NAMES[label] ?? label, press, { x, y, width: 88, height: 40 }, [
      draw("text", { x: letters === "" ? x + 44 : x + 30, y: y + 27, class: "key-digit", "text-anchor": "middle" }, label),
      draw("text", { x: x + 58, y: y + 25, class: "key-letters", "text-anchor": "middle" }, letters),
    ]);
  });
}

type Box = { readonly x: number; readonly y: number; readonly width: number; readonly height: number };

function pressable(code: number, name: string, press: (code: number) => void, box: Box, inside: readonly SVGElement[]): SVGGElement {
  const byKey = (event: Event): void => {
    const { key, repeat } = event as KeyboardEvent;
    if (key !== "Enter" && key !== " ") return;
    event.preventDefault();
    event.stopPropagation();
    if (!repeat) press(code);
  };
  return draw("g", {
    class: "key", role: "button", tabindex: -1, "aria-label": name, "data-code": code, click: () => press(code), keydown: byKey,
  }, draw("rect", { ...box, rx: 8 }), ...inside);
}
