import { findIndicator } from "../indicators/registry.ts";
import type { ParameterValues } from "../parameter.ts";
import { Random } from "../random.ts";
import { barCount, sliceCandles } from "../series/candles.ts";
import { indicatorHistory, type OutputHistory } from "./check-indicator.ts";
import type { CheckedMarket } from "./check-window.ts";
import { sampleVariants } from "./sample-variants.ts";
import type { OutputRef } from "./variant-outputs.ts";
import { VariantReading } from "./variant-reading.ts";

export interface WarmupOptions {
  /** 1 when absent. */
  readonly seed?: number;
  /** Variants of Stage B whose indicators are looked at, at most. */
  readonly variants?: number;
  /** Bars to look at, at most: the first ones. */
  readonly maxBars?: number;
}

/** The history that one output of a strategy's indicator needs. */
export interface WarmupNeed extends OutputHistory {
  readonly indicator: string;
  readonly params: ParameterValues;
}

export interface WarmupReport {
  /** Every output has settled when the range begins. */
  readonly passed: boolean;
  /** Bars before the range that feed indicators. */
  readonly warmupBars: number;
  /** Bars over which history was looked for. */
  readonly bars: number;
  /** Those that need most first. */
  readonly needs: readonly WarmupNeed[];
}

const DEFAULTS = { seed: 1, variants: 24, maxBars: 12_000 };

/**
 * How much history the indicators of a strategy need before their values stop depending on where
 * the candles begin, against the warm-up that it has. Where that is too little, another warm-up
 * gives other results at the beginning of the range.
 */
export function checkWarmup(market: CheckedMarket, options: WarmupOptions = {}): WarmupReport {
  const { seed, variants, maxBars } = { ...DEFAULTS, ...options };
  const { sweep } = market;
  const bars = Math.min(barCount(market.candles), maxBars);
  const candles = sliceCandles(market.candles, 0, bars);
  const refs = new Map<string, OutputRef>();
  for (const variantIndex of sampleVariants(sweep, variants, new Random(seed))) {
    for (const [key, ref] of new VariantReading(sweep, variantIndex).outputs) refs.set(key, ref);
  }
  const needs = [...refs.values()].map(({ indicator, params, output }): WarmupNeed => {
    const definition = findIndicator(indicator);
    if (definition === undefined) throw new Error(`unknown indicator ${indicator}`);
    const histories = indicatorHistory(definition, params, candles, seed);
    const history = histories[definition.outputs.indexOf(output)];
    return { indicator, params, ...history };
  });
  needs.sort((a, b) => (b.settledBars ?? Infinity) - (a.settledBars ?? Infinity) || 0);
  const { firstBar: warmupBars } = sweep;
  const passed = needs.every(
    ({ settledBars }) => settledBars !== null && settledBars <= warmupBars,
  );
  return { passed, warmupBars, bars, needs };
}
