// Seeded chance for tests: a linear congruential generator, good enough to mutate inputs and the same on every machine.

/** Returns a function that gives whole numbers from 0 to below its argument. */
export function random(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 0x100000000) * below);
  };
}
