import { describe, expect, it } from "vitest";
import { AccountRules } from "../../../src/core/execution/account.ts";
import { FillRules } from "../../../src/core/execution/fill-rules.ts";
import { StopTable } from "../../../src/core/execution/stop-table.ts";
import { TradeList } from "../../../src/core/execution/trade-list.ts";
import { isServedByEveryBackend } from "../../../src/core/stages/backend.ts";
import { riskFootprint } from "../../../src/core/stages/risk-footprint.ts";
import { type Sweep, sweepMetrics } from "../../../src/core/stages/sweep.ts";
import { WasmBackend } from "../../../src/kernels/wasm-backend.ts";
import { syntheticCandles } from "../../../src/market-data/synthetic.ts";
import { DEFAULT_GUARDS } from "../../../src/plan/guards.ts";
import { CROSS_REQUEST, planOf } from "../../support/request-samples.ts";

const EITHER = { backend: "either", days: 1_826 } as const;
const MIB = 2 ** 20;
const BARS = 43_800;
const candles = syntheticCandles({ seed: 5, bars: BARS, volatilityPct: 0.4 });
const market = { datasetHash: "e".repeat(64), timeframe: "1h" as const, candles };
const wide = { start: 0.1, stop: 30, step: 0.1 };
const few = { start: 1, stop: 5, step: 1 };

const STRATEGY = { indicators: { it: { id: "momentum.rsi", params: { window: [5, 6, 7] } } } };
const planned = (request: object) =>
  planOf({ ...CROSS_REQUEST, strategy: STRATEGY, preselect: 1, ...request }, {}, market);

/** Grids of 300 x 300 and of 5 x 5, by what their cells vary. */
const SHAPES = {
  "stops and targets": { stopLossPct: wide, takeProfitPct: wide },
  "trails and targets": { trailingStopPct: wide, takeProfitPct: wide },
  "stops and trails": { stopLossPct: wide, trailingStopPct: wide },
  "few of all": { stopLossPct: few, trailingStopPct: few, takeProfitPct: few },
  "few stops and targets": { stopLossPct: few, takeProfitPct: few },
};
const MODES = ["CLOSE", "INTRABAR"] as const;
const CASES = Object.entries(SHAPES).flatMap(([name, risk]) =>
  MODES.map((fillMode) => ({ name, risk, fillMode })),
);

describe("what a risk grid takes", () => {
  it.each(CASES)("in one thread: $name, $fillMode", ({ risk, fillMode }) => {
    for (const metric of ["totalReturnPct", "sharpe"] as const) {
      const { sweep } = planned({
        risk,
        execution: { fillMode },
        ranking: { primary: { metric } },
      });
      const budget = riskFootprint(sweep, BARS, EITHER);
      const readable = readableBytes(sweep);
      expect(readable).toBeLessThanOrEqual(budget);
      if (!isServedByEveryBackend(sweep)) {
        expect(readable).toBe(budget);
        continue;
      }
      const kernels = kernelBytes(sweep);
      expect(kernels).toBeLessThanOrEqual(budget);
      expect(Math.max(readable, kernels)).toBeGreaterThan(0.8 * budget);
    }
  });

  it("is bounded, so that no grid is refused for its levels", () => {
    for (const { risk, fillMode } of CASES) {
      for (const preselect of [1, 2_000]) {
        const plan = planned({ risk, execution: { fillMode }, preselect });
        expect(riskFootprint(plan.sweep, BARS, EITHER)).toBeLessThan(40 * MIB);
        expect(plan.estimate.bytes).toBeLessThan(DEFAULT_GUARDS.maxBytes / 4);
      }
    }
  });
});

function readableBytes(sweep: Sweep): number {
  const { execution } = sweep;
  const rules = new AccountRules(execution);
  return new StopTable(rules, new FillRules(execution), candles, sweep).bytes;
}

/** Bytes that the kernels take for the rows of a grid. */
function kernelBytes(sweep: Sweep): number {
  const { execution, timeframeMs } = sweep;
  const range = { ...candles, openTimes: candles.time, timeframeMs };
  const backend = new WasmBackend(new AccountRules(execution), range);
  const metrics = sweepMetrics(sweep);
  const { periodsPerYear } = execution;
  // What base variants need as well.
  backend.tradeScorer(metrics, periodsPerYear);
  const before = backend.memory.bytes;
  const scorer = backend.riskScorer(sweep, metrics, periodsPerYear);
  scorer.open(TradeList.allocate(BARS));
  scorer.openRows();
  const taken = backend.memory.bytes - before;
  backend.release();
  return taken;
}
