// A text that is longer than a row of the screen: it stands still for a moment, then runs past, in the telephone's time.
//
// In: the text and how long ago it was set. Out: the part that the screen shows. Two runs of one seed show the same.

/** Characters of a row that the screen shows. */
export const SCREEN_COLUMNS = 32;
/** A long text stands still so long, then moves a character at each step; blanks part its end from its beginning. */
const SCROLL_WAIT_MS = 1500;
const SCROLL_STEP_MS = 250;
const SCROLL_GAP = "    ";

/** What the screen shows of a text, so long after it was set. */
export function scrolled(text: string, elapsedMs: number): string {
  if (text.length <= SCREEN_COLUMNS) return text;
  const loop = text + SCROLL_GAP;
  const steps = Math.max(0, Math.floor((elapsedMs - SCROLL_WAIT_MS) / SCROLL_STEP_MS)) % loop.length;
  return (loop + loop).slice(steps, steps + SCREEN_COLUMNS);
}
