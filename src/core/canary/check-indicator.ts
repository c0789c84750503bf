import type { Indicator } from "../indicators/indicator.ts";
import type { ParameterValues } from "../parameter.ts";
import { Random } from "../random.ts";
import { CandleView } from "../series/candle-view.ts";
import { barCount, type Candles, sliceCandles } from "../series/candles.ts";
import { alterFuture, FUTURES, type Future } from "./altered-future.ts";
import { movedBar } from "./moved-bar.ts";

/** An output of an indicator that moved although only bars after `last` are other ones. */
export interface IndicatorLeak {
  readonly output: string;
  readonly future: Future;
  readonly last: number;
  readonly moved: number;
}

/** The first leak of each output of one indicator; `params` are all of its parameters. */
export function indicatorLeaks(
  indicator: Indicator,
  params: ParameterValues,
  candles: Candles,
  { seed = 1, cuts = 16 }: { readonly seed?: number; readonly cuts?: number } = {},
): readonly IndicatorLeak[] {
  const random = new Random(seed);
  const whole = indicator.compute(new CandleView(candles), params);
  const leaks = new Map<string, IndicatorLeak>();
  for (let i = 0; i < cuts; i++) {
    const last = Math.floor(random.uniform() * barCount(candles));
    for (const future of FUTURES) {
      const altered = new CandleView(alterFuture(candles, last, future, random));
      indicator.compute(altered, params).forEach((series, o) => {
        const moved = movedBar(whole[o], series, 0, last + 1);
        const output = indicator.outputs[o];
        if (moved >= 0 && !leaks.has(output)) leaks.set(output, { output, future, last, moved });
      });
    }
  }
  return [...leaks.values()];
}

/** How much history an output needs. */
export interface OutputHistory {
  readonly output: string;
  /** Bars at the beginning without a value. */
  readonly undefinedBars: number;
  /**
   * Bars after which values no longer depend on where the candles begin, within SETTLED_WITHIN of
   * the output's largest value. Null where they do to the end: sums from the beginning, or candles
   * too short to tell.
   */
  readonly settledBars: number | null;
}

/** Recursive averages never forget their first value, but it fades below any rounding. */
export const SETTLED_WITHIN = 1e-9;
/** Beginnings that are tried. */
const STARTS = 4;
/** Share of the bars, at the end, that has to agree. */
const QUIET_SHARE = 0.25;

/** The history of each output, found by beginning at other bars, over the candles given. */
export function indicatorHistory(
  indicator: Indicator,
  params: ParameterValues,
  candles: Candles,
  seed = 1,
): readonly OutputHistory[] {
  const bars = barCount(candles);
  const random = new Random(seed);
  const whole = indicator.compute(new CandleView(candles), params);
  const starts = Array.from(
    { length: STARTS },
    () => 1 + Math.floor((random.uniform() * bars) / 2),
  );
  const later = starts.map((start) =>
    indicator.compute(new CandleView(sliceCandles(candles, start, bars)), params),
  );
  return whole.map((series, o) => {
    const needs = starts.map((start, i) => barsToAgree(series, later[i][o], start));
    const output = indicator.outputs[o];
    const defined = series.findIndex((x) => !Number.isNaN(x));
    const undefinedBars = defined < 0 ? bars : defined;
    if (defined < 0 || needs.includes(null)) return { output, undefinedBars, settledBars: null };
    return { output, undefinedBars, settledBars: Math.max(...(needs as number[])) };
  });
}

/** Bars from `start` on until both agree for good; null where they do not. */
function barsToAgree(whole: Float64Array, late: Float64Array, start: number): number | null {
  const tolerance = SETTLED_WITHIN * largest(whole);
  let t = whole.length - 1;
  while (t >= start && agree(whole[t], late[t - start], tolerance)) t--;
  const needed = t + 1 - start;
  return needed > (1 - QUIET_SHARE) * (whole.length - start) ? null : needed;
}

function agree(a: number, b: number, tolerance: number): boolean {
  return Object.is(a, b) || Math.abs(a - b) <= tolerance;
}

function largest(series: Float64Array): number {
  let most = 0;
  for (const x of series) if (Math.abs(x) > most && Number.isFinite(x)) most = Math.abs(x);
  return most;
}
