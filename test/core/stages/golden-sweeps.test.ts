import { describe, expect, it } from "vitest";
import { variantReport } from "../../../src/core/report/variant-report.ts";
import type { Candles } from "../../../src/core/series/candles.ts";
import { sliceCandles } from "../../../src/core/series/candles.ts";
import { resample } from "../../../src/core/series/resample.ts";
import type { Timeframe } from "../../../src/core/series/timeframe.ts";
import type { RankedRows } from "../../../src/core/stages/ranked-rows.ts";
import { Ranking } from "../../../src/core/stages/ranking.ts";
import { scoreStageA } from "../../../src/core/stages/stage-a.ts";
import { scoreStageB } from "../../../src/core/stages/stage-b.ts";
import { SweepScorer } from "../../../src/core/stages/sweep-scorer.ts";
import { TopRows } from "../../../src/core/stages/top-rows.ts";
import { contentHash } from "../../../src/market-data/content-hash.ts";
import { syntheticCandles } from "../../../src/market-data/synthetic.ts";
import { DEFAULT_GUARDS } from "../../../src/plan/guards.ts";
import { makePlan } from "../../../src/plan/make-plan.ts";
import { parseRunRequest } from "../../../src/plan/parse-request.ts";
import { variantKey } from "../../../src/plan/variant-key.ts";
import {
  differences,
  type GoldenSweep,
  goldenRow,
  readGoldenSweeps,
} from "../../support/golden-sweeps.ts";
import { sp500Candles } from "../../support/sp500-candles.ts";

const SWEEPS = readGoldenSweeps();

/**
 * The committed results come from the service, its threads and its fast kernels. Here the readable
 * loops of the core alone have to find the same rows, in order, with every metric and trade.
 */
describe("golden sweeps without the service", () => {
  it("are there, on real and synthetic prices, as rules and as expressions", () => {
    expect(SWEEPS.length).toBe(6);
    expect(SWEEPS.filter(({ market }) => market === "sp500").length).toBe(4);
    const fillModes = SWEEPS.map(({ request }) => request.execution?.fillMode);
    expect(fillModes).toEqual(expect.arrayContaining([undefined, "NEXT_OPEN", "INTRABAR"]));
  });

  it.for(SWEEPS.map((sweep) => [sweep.name, sweep] as const))("%s", async ([, sweep]) => {
    const { plan, candles } = await planned(sweep);
    const points = 4;
    const { range } = plan;
    const { trials } = sweep.result;
    const rows = bestIndices(plan.sweep, candles).map((variantIndex, i) => {
      const choice = { stage: "STAGE_B", variantIndex, points, range, trials } as const;
      const report = variantReport(plan.sweep, candles, choice);
      return goldenRow({ ...report, rank: i + 1, variantKey: variantKey(plan, report) });
    });
    const { estimate, datasetHash } = plan;
    expect(trials.count).toBeGreaterThanOrEqual(estimate.stageAVariants);
    expect(differences({ datasetHash, rows }, { ...pick(sweep) })).toEqual([]);
  });

  it("would be seen to differ", () => {
    const { result } = SWEEPS[0];
    const rows = result.rows.map((row, i) => {
      const { metrics } = row;
      return i === 3
        ? { ...row, metrics: { ...metrics, sharpe: metrics.sharpe! + 2 ** -52 } }
        : row;
    });
    const other = { ...result, rows };
    expect(differences(other, result)).toEqual([
      expect.stringMatching(/^result\.rows\.3\.metrics\.sharpe is /),
    ]);
  });
});

function pick({ result: { datasetHash, rows } }: GoldenSweep) {
  return { datasetHash, rows };
}

async function planned({ name, market, request }: GoldenSweep) {
  const isReal = market === "sp500";
  const source = isReal ? await sp500Candles() : syntheticCandles(market);
  const stored: Timeframe = isReal ? "1d" : market.timeframe;
  const instrument = isReal ? "SPX" : "synthetic";
  const timeframe = (request.timeframe as Timeframe | undefined) ?? stored;
  const whole = timeframe === stored ? source : resample(source, stored, timeframe);
  const datasetHash = contentHash({ instrument, timeframe: stored, candles: source });
  const plan = makePlan(
    parseRunRequest({ ...request, dataset: name }),
    { datasetHash, timeframe, candles: whole },
    { guards: DEFAULT_GUARDS, engineVersion: "test", workers: 1 },
  );
  return { plan, candles: sliceCandles(whole, plan.feedBar, plan.endBar) };
}

/** Variant indices of the rows that both stages leave, best first. */
function bestIndices(sweep: Parameters<typeof variantReport>[0], candles: Candles): number[] {
  const scorer = new SweepScorer(sweep, candles);
  const ranking = new Ranking(sweep.ranking);
  const listed = new TopRows(ranking, sweep.preselect);
  const { size } = scorer.space.grid;
  const stageA = sweep.ranking.map(() => new Float64Array(size));
  scoreStageA(scorer, 0, size, { top: listed, columns: stageA, origin: 0 });
  const shortlist = Float64Array.from(indicesOf(listed.drain()));
  const best = new TopRows(ranking, sweep.topK);
  const work = { shortlist, from: 0, to: shortlist.length };
  const cells = shortlist.length * scorer.cells;
  const columns = sweep.ranking.map(() => new Float64Array(cells));
  scoreStageB(scorer, work, { top: best, columns, origin: 0 });
  return indicesOf(best.drain());
}

function indicesOf({ data, stride }: RankedRows): number[] {
  return Array.from({ length: data.length / stride }, (_, i) => data[i * stride]);
}
