import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import type { Execution } from "../../../src/core/execution/reference-engine.ts";
import { METRICS, type MetricName } from "../../../src/core/metrics/registry.ts";
import type { Trials } from "../../../src/core/metrics/sharpe-certainty.ts";
import { measure, type TrackRecord } from "../../../src/core/metrics/track-record.ts";
import { FREE_SETTINGS } from "../../support/execution-arbitraries.ts";
import { sp500Candles } from "../../support/sp500-candles.ts";

/** Values of other packages; scripts/golden/risk_metrics.py names them and writes the file. */
interface Case extends Readonly<Partial<Record<(typeof FIGURES)[number], number | null>>> {
  readonly name: string;
  /** Last equity of each day; absent where it is the S&P 500 itself. */
  readonly equity?: readonly number[];
  readonly days: number;
  readonly deflatedSharpe: readonly (Trials & { readonly value: number })[];
}

const FIGURES = [
  "ulcerIndexPct",
  "timeUnderWaterPct",
  "recoveryFactor",
  "omega",
  "tailRatio",
  "valueAtRisk95Pct",
  "expectedShortfall95Pct",
  "probabilisticSharpe",
] as const satisfies readonly MetricName[];

/**
 * Relative. Sums over returns come in another order there, and moments are differences of such
 * sums.
 */
const TOLERANCE = 1e-11;
/** There the quantile is taken of 1 - 1/N, which has lost the digits of 1/N. */
const DEFLATED_TOLERANCE = 1e-8;
const DAY_MS = 86_400_000;

const file = new URL("../../golden/risk-metrics.json", import.meta.url);
const { cases } = JSON.parse(readFileSync(file, "utf8")) as { cases: readonly Case[] };

/** A run of which only the equity is known: a bar a day. */
function recordOf(equity: Float64Array, trials?: Trials): TrackRecord {
  const bars = equity.length;
  const execution: Execution = {
    firstBar: 0,
    lastBar: bars,
    trades: [],
    equity,
    inPosition: new Uint8Array(bars),
    exposure: new Float64Array(bars),
    endEquity: equity[bars - 1],
    available: equity[bars - 1],
    safe: 0,
  };
  const time = Float64Array.from(equity, (_, day) => (18_000 + day) * DAY_MS);
  return measure({
    candles: { time, close: equity },
    timeframeMs: DAY_MS,
    execution,
    settings: { ...FREE_SETTINGS, startCash: equity[0] },
    ...(trials === undefined ? {} : { trials }),
  });
}

describe("risk metrics against other packages", () => {
  let sp500: Float64Array;
  beforeAll(async () => {
    sp500 = (await sp500Candles()).close;
  });
  const equityOf = ({ equity }: Case) => (equity === undefined ? sp500 : Float64Array.from(equity));

  it("has cases with and without losing days, and real prices", () => {
    expect(cases.length).toBe(7);
    expect(cases.filter(({ omega }) => omega === null).length).toBe(1);
    expect(cases.at(-1)?.days).toBe(5105);
  });

  it.for(cases.map((c) => [c.name, c] as const))("%s", ([, expected]) => {
    const record = recordOf(equityOf(expected));
    expect(record.bars).toBe(expected.days);
    for (const name of FIGURES) expectClose(METRICS[name].of(record), expected[name], name);
    expect(METRICS.deflatedSharpe.of(record), "outside a run").toBeNaN();
  });

  it.for(cases.map((c) => [c.name, c] as const))("%s, deflated", ([, expected]) => {
    for (const { value, ...trials } of expected.deflatedSharpe) {
      const ours = METRICS.deflatedSharpe.of(recordOf(equityOf(expected), trials));
      expectClose(ours, value, `of ${trials.count}`, DEFLATED_TOLERANCE);
    }
  });
});

function expectClose(
  ours: number,
  theirs: number | null | undefined,
  what: string,
  tolerance = TOLERANCE,
): void {
  if (theirs === null) {
    expect(ours, what).toBeNaN();
    return;
  }
  const error = Math.abs(ours - theirs!);
  expect(error, `${what}: ${ours} for ${theirs}`).toBeLessThanOrEqual(
    tolerance * Math.abs(theirs!),
  );
}
