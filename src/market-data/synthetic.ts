import { allocateCandles, barCount, type Candles } from "../core/series/candles.ts";
import { isTimeframe, TIMEFRAMES, type Timeframe, timeframeMs } from "../core/series/timeframe.ts";
import { type Complaint, complaint, UserError } from "../core/user-error.ts";
import type { CandleSource } from "./candle-source.ts";
import { SyntheticMarket } from "./synthetic-market.ts";

export interface SyntheticOptions {
  /** Integer, 0 to 2^53 - 1; the same seed and options give the same bytes on every machine. */
  readonly seed: number;
  /** 1 to 5,000,000. */
  readonly bars: number;
  readonly timeframe?: Timeframe;
  /** Open time of the first bar, UTC epoch milliseconds on the timeframe's grid. */
  readonly startMs?: number;
  readonly startPrice?: number;
  /** Every price is a multiple of it; at least 100 ticks make the start price. */
  readonly tickSize?: number;
  /** Standard deviation of a bar's return in a calm regime, percent. */
  readonly volatilityPct?: number;
  /** Mean length of a regime in bars. */
  readonly regimeBars?: number;
  /** Mean volume of a quiet bar; volumes are whole numbers. */
  readonly meanVolume?: number;
}

export const SYNTHETIC_DEFAULTS = {
  timeframe: "1h",
  startMs: Date.UTC(2020, 0, 1),
  startPrice: 100,
  tickSize: 0.01,
  volatilityPct: 0.5,
  regimeBars: 300,
  meanVolume: 1_000,
} as const;

export const MAX_SYNTHETIC_BARS = 5_000_000;
const MAX_TIME_MS = 8.64e15;
/** Bars made before the event loop gets its turn. */
const BATCH_BARS = 20_000;

/** Trending, ranging and volatile regimes on a tick grid, drawn from a seed. Never has a gap. */
export const syntheticSource: CandleSource<SyntheticOptions> = {
  id: "synthetic",
  description: "Seeded random market on a tick grid, with trends and regime changes",
  async read(options) {
    const full = withDefaults(options);
    const candles = allocateCandles(full.bars);
    const market = new SyntheticMarket(full);
    for (let from = 0; from < full.bars; from += BATCH_BARS) {
      market.fill(candles, from, Math.min(from + BATCH_BARS, full.bars));
      await new Promise((resolve) => setImmediate(resolve));
    }
    return { candles, timeframe: full.timeframe, rejected: { count: 0, first: [] } };
  },
};

/**
 * The same candles at once, for tests, benchmarks and notebooks. Throws a UserError for bad
 * options.
 */
export function syntheticCandles(options: SyntheticOptions): Candles {
  const full = withDefaults(options);
  const candles = allocateCandles(full.bars);
  new SyntheticMarket(full).fill(candles, 0, full.bars);
  return candles;
}

/** The same into columns that are there already. */
export function fillSynthetic(candles: Candles, options: Omit<SyntheticOptions, "bars">): void {
  const bars = barCount(candles);
  new SyntheticMarket(withDefaults({ ...options, bars })).fill(candles, 0, bars);
}

function withDefaults(options: SyntheticOptions): Required<SyntheticOptions> {
  const full = { ...SYNTHETIC_DEFAULTS, ...options };
  const faults = optionFaults(full);
  if (faults.length > 0) throw new UserError("VALIDATION", faults);
  return full;
}

function optionFaults(options: Required<SyntheticOptions>): Complaint[] {
  if (!isTimeframe(options.timeframe)) {
    const bound = TIMEFRAMES.join(" | ");
    return [complaint("timeframe", "not a timeframe", options.timeframe, bound)];
  }
  const barMs = timeframeMs(options.timeframe);
  const lastStartMs = MAX_TIME_MS - options.bars * barMs;
  const faults = [
    integerFault(options, "seed", 0, Number.MAX_SAFE_INTEGER),
    integerFault(options, "bars", 1, MAX_SYNTHETIC_BARS),
    integerFault(options, "startMs", -MAX_TIME_MS, lastStartMs),
    integerFault(options, "regimeBars", 2, MAX_SYNTHETIC_BARS),
    numberFault(options, "tickSize", 1e-9, 1e6),
    numberFault(options, "volatilityPct", 0.0001, 10),
    numberFault(options, "meanVolume", 1, 1e9),
    numberFault(options, "startPrice", options.tickSize * 100, options.tickSize * 1e7),
  ].filter((fault) => fault !== null);
  if (options.startMs % barMs !== 0) {
    const bound = `a multiple of ${barMs}`;
    faults.push(
      complaint("startMs", `not on the ${options.timeframe} grid`, options.startMs, bound),
    );
  }
  return faults;
}

type NumericOption = Exclude<keyof SyntheticOptions, "timeframe">;

function numberFault(
  options: Required<SyntheticOptions>,
  name: NumericOption,
  min: number,
  max: number,
): Complaint | null {
  const value = options[name];
  if (Number.isFinite(value) && value >= min && value <= max) return null;
  return complaint(name, "out of bounds", value, `${min} to ${max}`);
}

function integerFault(
  options: Required<SyntheticOptions>,
  name: NumericOption,
  min: number,
  max: number,
): Complaint | null {
  if (!Number.isInteger(options[name]))
    return complaint(name, "not an integer", options[name], "integer");
  return numberFault(options, name, min, max);
}
