// Goal: what `offhook bench` prints follows its method: medians over processes, masked peers from masked processes, a missed row measured
// again at most three times, exponents that fit. No speed is asserted: figures belong to machines.
// Method: measuring processes that answer given rates; curves with known exponents; the bench module against node:crypto.

import { createHash } from "node:crypto";
import t from "tap";
import { passRates } from "../../host/bench/digests.js";
import type { Machine } from "../../host/bench/machine.js";
import { fittedExponent, measure, median } from "../../host/bench/method.js";
import { plot } from "../../host/bench/plot.js";
import { PLANS, type Group } from "../../host/bench/rows.js";
import { measuredRows } from "../../host/bench/runs.js";
import { benchCommand } from "../../host/cli/bench.js";
import { UsageError } from "../../host/cli/usage.js";

/** Processes that answer one after the other; counts how often each kind was asked. */
function processes(answer: (count: number, masked: boolean) => Record<string, number>) {
  const counts = { plain: 0, masked: 0 };
  const measureIn = (_group: Group, masked: boolean): Record<string, number> => {
    const kind = masked ? "masked" : "plain";
    return answer(counts[kind]++, masked);
  };
  return { counts, measureIn };
}

t.test("ratios are medians over five processes, and a masked peer's come from masked ones", (t) => {
  const { counts, measureIn } = processes((count, masked) => ({
    simd: 400 + count, mvp: 250, openssl: masked ? 500 : 1600, "hash-wasm": masked ? 1 : 300 + 1000 * (count === 4 ? 1 : 0),
  }));
  const [row] = measuredRows(measureIn, ["sha"]);
  t.same(counts, { plain: 5, masked: 5 });
  t.match(row, { row: 3, mbps: 402, ratios: { "hash-wasm": 1.34, "openssl-no-sha-ni": 0.8, openssl: 0.25 }, met: true });
  t.notOk("repeats" in row!, "nothing is repeated that was met");
  t.end();
});

t.test("a missed row is measured again at most three times, all are told, the median counts", (t) => {
  const peers = { openssl: 100, "openssl blocks": 100, "hash-wasm": 100, "hash-wasm blocks": 100 };
  const slow = processes(() => ({ core: 100, blocks: 100, ...peers }));
  const rows = measuredRows(slow.measureIn, ["pipeline"]);
  t.same(slow.counts, { plain: 20, masked: 20 }, "once and three times more, five processes each");
  t.same(rows.map(({ row, met, repeats }) => [row, met, repeats?.length]), [[5, false, 4], [6, false, 4]]);
  // The first five processes were disturbed; with the next five the median of both is just enough.
  const disturbed = processes((count) => ({ core: count < 5 ? 110 : 150, blocks: 300, ...peers }));
  const [first, second] = measuredRows(disturbed.measureIn, ["pipeline"]);
  t.equal(disturbed.counts.plain, 10);
  t.match(first, { row: 5, met: true, ratios: { "hash-wasm": 1.3 }, repeats: [{ "hash-wasm": 1.1 }, { "hash-wasm": 1.5 }] });
  t.notOk("repeats" in second!, "a row of the same processes that was met stays as it was");
  t.end();
});

t.test("a peer that is not installed is left out, and so is a candidate", (t) => {
  const { measureIn } = processes(() => ({ core: 500, openssl: 400 }));
  t.match(measuredRows(measureIn, ["pipeline"]), [{ row: 5, ratios: { "openssl-no-sha-ni": 1.25 } }]);
  t.equal(measuredRows(measureIn, ["pipeline"]).length, 1, "row 6 has no candidate");
  t.end();
});

t.test("the cold row may take so many times as long, and no more", (t) => {
  const rates = (self: number) => ({ first: 100, later: 100 * self, self, download: 3 });
  const rowOf = (self: number) => measuredRows(processes(() => rates(self)).measureIn, ["cold"])[0]!;
  t.match(rowOf(1.5), { row: 9, ratios: { self: 1.5 }, met: true });
  t.match(rowOf(1.6), { row: 9, met: false, repeats: { length: 4 } });
  t.end();
});

t.test("explaining may take so many milliseconds, and no more than its size", (t) => {
  const rowOf = (laterMs: number, exponent: number) =>
    measuredRows(processes(() => ({ bytes: 9, lines: 3, firstMs: 90, laterMs, exponent })).measureIn, ["explain"])[0]!;
  t.match(rowOf(50, 1.05), { row: 14, met: true, details: { laterMs: 50, firstMs: 90, lines: 3 } });
  t.match([rowOf(50.1, 1), rowOf(20, 1.06)], [{ met: false }, { met: false }]);
  t.end();
});

t.test("candidates take turns that rotate, and times are medians", (t) => {
  const order: string[] = [];
  const candidates = ["a", "b", "c"].map((name) => ({ name, run: () => (order.push(name), name === "b" ? order.length : 7) }));
  const times = measure(candidates);
  t.equal(order.length, 3 * 8, "seven rounds and one that does not count");
  const rounds = Array.from({ length: 8 }, (_, round) => order.slice(3 * round, 3 * round + 3).join(""));
  t.same(new Set(rounds.slice(1, 4)), new Set(["abc", "bca", "cab"]));
  t.equal(times.get("a"), 7);
  t.same([median([3, 1, 2]), median([4, 1, 2, 3])], [2, 2.5]);
  t.end();
});

t.test("exponents are those of the curves", (t) => {
  const sizes = [65536, 262144, 1048576, 4194304, 16777216, 50266112];
  for (const exponent of [0.5, 1, 1.05, 2]) {
    const points = sizes.map((bytes) => ({ bytes, us: 3 * bytes ** exponent }));
    t.ok(Math.abs(fittedExponent(points) - exponent) < 1e-9);
  }
  t.end();
});

t.test("candidates that disagree are not compared", (t) => {
  const pass = (algorithm: string) => (chunks: readonly Uint8Array[]): string =>
    createHash(algorithm).update(Buffer.concat([...chunks])).digest("hex");
  const chunks = [new Uint8Array(4096)];
  t.throws(() => passRates({ one: pass("sha256"), other: pass("sha1") }, chunks), { message: /other computes .* where others compute/ });
  t.same(Object.keys(passRates({ one: pass("sha256"), other: pass("sha256") }, chunks)), ["one", "other"]);
  t.end();
});

t.test("the picture has a bar for each ratio of rows 1 to 8, dated, with the machine", (t) => {
  const machine: Machine = { cpu: "A & B <2>", cores: 2, node: "v20", openssl: "3", shaNi: true, features: [], date: "2024-01-02" };
  const rows = PLANS.map(({ row, candidate, peers }) => ({
    row, candidate, mbps: 1, met: true,
    ratios: Object.fromEntries(Object.keys(peers).map((key) => [key, 0.5])),
    floors: Object.fromEntries(Object.entries(peers).map(([key, { floor }]) => [key, floor])),
  }));
  const svg = plot(machine, rows);
  const count = PLANS.reduce((sum, { peers }) => sum + Object.keys(peers).length, 0);
  t.equal(svg.match(/<rect /g)!.length, count + 1);
  t.match(svg, "A &amp; B &lt;2>, node v20, SHA extensions yes, 2024-01-02");
  t.match(svg, /^<svg xmlns=.*\n[^]*<\/svg>\n$/);
  t.equal(plot(machine, [{ ...rows[0]!, row: 9 }]).match(/<rect /g)!.length, 1, "a ratio where less is better is no bar");
  t.end();
});

t.test("what to type instead", async (t) => {
  await t.rejects(benchCommand(["all"]), UsageError);
  await t.rejects(benchCommand(["--plto", "x"]), /did you mean --plot/);
});
