// Goal: no keys bring the local procedures to a trap or to a place that cannot be left, and none but Save and Yes store anything.
// Method: seeded random keys after the password, then the six keys that lead out of every screen; which softkey was meant is read from the
// transcript. What was stored, however odd, is started with. A failure prints its seed.

import t from "tap";
import { Key } from "../../hal/abi.js";
import { keyValue } from "../../host/cli/option-values.js";
import type { KeyScript } from "../../host/key-script.js";
import { office, telephone } from "../support/lans.js";
import { random } from "../support/random.js";
import { play, type Played } from "../support/scenario.js";

const RUN_COUNT = Number(process.env["OFFHOOK_CRAFT"] ?? 60);
const KEY_COUNT = 150;
const { Soft1, Soft2, Soft3, Soft4, Mute, Up, Down } = Key;
const DIAL = [..."0123456789*#"].map((key) => key.charCodeAt(0));
const KEYS = [...DIAL, ...DIAL, Soft1, Soft1, Soft1, Soft1, Soft2, Soft2, Soft3, Soft4, Mute, Up, Up, Down, Down, Down];
/** Out of a form (with its warning), of a question, of the menu, of a view or of the password. */
const WAY_OUT = [Soft3, Soft3, Soft2, Soft2, Soft1, Soft2];

/** Every second telephone works on purpose: a procedure, some of its keys, and the second softkey, which is Save in a form. */
function keysOf(seed: number): KeyScript[] {
  const chance = random(seed);
  const some = (keys: readonly number[], count: number): number[] => Array.from({ length: count }, () => keys[chance(keys.length)]!);
  const purpose = (): number[] => [...some([Down], chance(8)), Soft1, ...some([...DIAL, Soft1, Soft4, Soft4], 1 + chance(12)), Soft2];
  const codes = seed % 2 === 0 ? some(KEYS, KEY_COUNT) : Array.from({ length: KEY_COUNT / 10 }, purpose).flat();
  const script = { when: { text: "Select procedure" }, keys: [...codes, ...WAY_OUT].map((key) => ({ key })) };
  return [keyValue("conflict:Program"), keyValue('"Enter command":Mute 27238#'), script];
}

/** The labels of the softkeys that were pressed. */
function pressed({ transcript }: Played): string[] {
  let labels: string[] = [];
  return transcript.split("\n").flatMap((line) => {
    const [, name, rest] = /^@\d+ +(softkeys|key) +(.*)$/.exec(line) ?? [];
    if (name === "softkeys") labels = rest!.slice(1, -1).split("|");
    const index = name === "key" ? /^F([1-4])$/.exec(rest!)?.[1] : undefined;
    return index === undefined ? [] : [labels[Number(index) - 1] ?? ""];
  });
}

t.test(`${RUN_COUNT} telephones and ${KEY_COUNT} keys each`, (t) => {
  const seen = new Set<string>();
  let stored = 0;
  for (let seed = 1; seed <= RUN_COUNT; seed++) {
    const played = play({ ...telephone, name: "keys", lan: office(), keys: keysOf(seed), until: "restart", timeoutSeconds: 60 });
    for (const event of played.events) if (event.event === "display") seen.add(event.text);
    const meant = pressed(played).some((label) => label === "Save" || label === "Yes");
    const wears = played.flash.settingsErases > 0;
    if (wears) stored += 1;
    const wrong = [...played.violations, ...(wears && !meant ? ["stored without Save or Yes"] : [])];
    if (played.end.state !== "restart") wrong.push(`stays in ${played.end.state}`);
    if (wears) wrong.push(...later(played).violations);
    t.same(wrong, [], `seed ${seed}`);
  }
  const titles = ["Address", "Clear", "Group", "Reset Values", "Restart Phone", "Signaling", "SSON", "View"];
  t.same(titles.filter((title) => ![...seen].some((text) => text.startsWith(`${title} Proc`))), [], "every procedure was met");
  t.ok(stored > RUN_COUNT / 6 && stored < RUN_COUNT, `${stored} stored something`);
  t.end();
});

/** A start-up with what was entered. */
function later(played: Played): Played {
  const { stored: _stored, ...rest } = telephone;
  return play({ ...rest, name: "later", lan: office(), contents: played.board.flash.contents(), timeoutSeconds: 20, strict: false });
}
