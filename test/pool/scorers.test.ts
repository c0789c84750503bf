import { expect, it } from "vitest";
import { Ranking } from "../../src/core/stages/ranking.ts";
import { scoreStageA } from "../../src/core/stages/stage-a.ts";
import { scoreStageB } from "../../src/core/stages/stage-b.ts";
import { SweepScorer } from "../../src/core/stages/sweep-scorer.ts";
import { TopRows } from "../../src/core/stages/top-rows.ts";
import type { KernelExports } from "../../src/kernels/kernel-module.ts";
import { WasmBackend } from "../../src/kernels/wasm-backend.ts";
import { syntheticCandles } from "../../src/market-data/synthetic.ts";
import type { RunRequestInput } from "../../src/plan/request.ts";
import type { ScorerOrder } from "../../src/pool/protocol.ts";
import { Scorers } from "../../src/pool/scorers.ts";
import { planOf } from "../support/request-samples.ts";

const candles = syntheticCandles({ seed: 8, bars: 1_100, volatilityPct: 0.5 });
const market = { datasetHash: "7".repeat(64), timeframe: "1h" as const, candles };
const window = { window: { start: 2, stop: 10, step: 1 } };

/** One strategy for each engine: pairs, legs behind a gate, planes one by one. */
const STRATEGIES: Readonly<Record<string, RunRequestInput["strategy"]>> = {
  pairs: {
    indicators: { a: { id: "ma.sma", params: window }, b: { id: "ma.ema", params: window } },
    signals: [{ rule: "cross", of: "a", against: "b" }],
  },
  legs: {
    indicators: {
      avg: { id: "ma.sma", params: { window: [5, 30] } },
      rsi: { id: "momentum.rsi", params: { window: [3, 8, 14] } },
    },
    signals: [
      { rule: "band", of: "rsi", params: { long: [30, 45, 52], short: [48, 70] } },
      { rule: "price", of: "avg", params: {} },
    ],
  },
  planes: {
    expressions: {
      long: "(close > ema($a) or macd() > 0) and not (rsi(14) > $b)",
      exitLong: "close < sma($a)",
      short: "close < ema($a) and rsi(14) > 40",
    },
    parameters: { a: [5, 10, 20], b: [50, 60, 70] },
  },
};

/** A backend whose kernels throw at the call before which `left` is 0. */
class FaultyKernels {
  left = Number.POSITIVE_INFINITY;
  calls = 0;

  in(backend: WasmBackend): WasmBackend {
    const guarded = Object.entries(backend.kernels).map(([name, kernel]) => [
      name,
      (...operands: number[]) => {
        this.calls++;
        if (this.left-- === 0) throw new Error(`${name} has failed`);
        return (kernel as (...operands: number[]) => unknown)(...operands);
      },
    ]);
    const kernels = Object.fromEntries(guarded) as KernelExports;
    return Object.assign(backend, { kernels });
  }
}

it.each(Object.keys(STRATEGIES))("a kernel that throws in %s leaves nothing behind", (name) => {
  const { sweep } = planOf(
    {
      dataset: "d",
      strategy: STRATEGIES[name],
      risk: { stopLossPct: ["off", 0.5, 2], takeProfitPct: ["off", 1] },
    },
    {},
    market,
  );
  const faulty = new FaultyKernels();
  const make = () =>
    new SweepScorer(sweep, candles, {
      backend: (rules, range) => faulty.in(new WasmBackend(rules, range)),
    });
  const order = { key: "one" } as ScorerOrder;
  const chunk = (scorer: SweepScorer) => {
    const { size } = scorer.space.grid;
    const columns = (length: number) => [new Float64Array(length).fill(-7)];
    const output = (length: number) => ({
      top: new TopRows(new Ranking(sweep.ranking), 5),
      columns: columns(length),
      origin: 0,
    });
    const [a, b] = [output(size), output(size * scorer.cells)];
    scoreStageA(scorer, 0, size, a);
    const shortlist = Float64Array.from({ length: size }, (_, index) => index);
    scoreStageB(scorer, { shortlist, from: 0, to: size }, b);
    return [a.columns[0], b.columns[0]];
  };
  const expected = new Scorers(make).using(order, chunk);
  const { calls } = faulty;
  expect(calls).toBeGreaterThan(50);
  for (let attempt = 0; attempt < 60; attempt++) {
    const scorers = new Scorers(make);
    faulty.left = Math.floor((attempt * calls) / 60);
    expect(() => scorers.using(order, chunk)).toThrow("has failed");
    faulty.left = Number.POSITIVE_INFINITY;
    expect(scorers.using(order, chunk), `after call ${attempt}`).toEqual(expected);
  }
});
