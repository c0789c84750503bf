import { Random } from "../core/random.ts";
import type { Candles } from "../core/series/candles.ts";
import { timeframeMs } from "../core/series/timeframe.ts";
import type { SyntheticOptions } from "./synthetic.ts";

/** `drift` is in deviations a bar, `pull` the part of the way back to the regime's first price. */
const TREND = { drift: 0.15, volatility: 1, pull: 0 };
const RANGE = { drift: 0, volatility: 0.7, pull: 0.03 };
const STORM = { drift: 0, volatility: 2.5, pull: 0 };
const RANGE_SHARE = 0.3;
const STORM_SHARE = 0.15;
const STEPS_PER_BAR = 4;
const GAP_SHARE = 1 / 64;
/** The path may not leave [start / 1000, start * 1000]: ticks stay small enough for exact sums. */
const BOUND_FACTOR = 1_000;

/**
 * The state of a synthetic market; `fill` continues where the last call ended, so batches change
 * nothing. Its arithmetic is + - * /, floor and integers and no function of Math that an engine may
 * round as it likes: IEEE 754 fixes every bit.
 */
export class SyntheticMarket {
  readonly #random: Random;
  readonly #options: Required<SyntheticOptions>;
  readonly #deviation: number;
  readonly #startTicks: number;
  readonly #toPrice: (ticks: number) => number;
  #ticks: number;
  #regime = RANGE;
  #direction = 0;
  #anchor = 0;
  #barsLeft = 0;

  constructor(options: Required<SyntheticOptions>) {
    this.#options = options;
    this.#random = new Random(options.seed);
    this.#deviation = options.volatilityPct / 100;
    this.#startTicks = roundHalfUp(options.startPrice / options.tickSize);
    this.#ticks = this.#startTicks;
    this.#toPrice = priceOfTicks(options.tickSize);
  }

  /** Writes the next bars into `[from, to)`; `from` is where the last call ended. */
  fill(candles: Candles, from: number, to: number): void {
    const barMs = timeframeMs(this.#options.timeframe);
    for (let t = from; t < to; t++) {
      candles.time[t] = this.#options.startMs + t * barMs;
      this.#nextBar(candles, t);
    }
  }

  #nextBar(candles: Candles, t: number): void {
    if (this.#barsLeft === 0) this.#changeRegime();
    this.#barsLeft -= 1;
    const scale = this.#ticks * this.#deviation;
    const open = this.#onGrid(this.#ticks + this.#gapTicks(scale));
    let high = open;
    let low = open;
    let close = open;
    for (let step = 0; step < STEPS_PER_BAR; step++) {
      close = this.#onGrid(close + this.#stepTicks(close, scale));
      if (close > high) high = close;
      if (close < low) low = close;
    }
    this.#ticks = close;
    candles.open[t] = this.#toPrice(open);
    candles.high[t] = this.#toPrice(high);
    candles.low[t] = this.#toPrice(low);
    candles.close[t] = this.#toPrice(close);
    candles.volume[t] = this.#volume((high - low) / scale);
  }

  /**
   * Up is likelier below the start price and down above it, so millions of bars stay in a sane
   * band.
   */
  #changeRegime(): void {
    const kind = this.#random.uniform();
    const isRange = kind < RANGE_SHARE;
    this.#regime = isRange ? RANGE : kind < RANGE_SHARE + STORM_SHARE ? STORM : TREND;
    const upShare = this.#startTicks / (this.#startTicks + this.#ticks);
    this.#direction = this.#random.uniform() < upShare ? 1 : -1;
    this.#anchor = this.#ticks;
    this.#barsLeft = 1 + Math.floor(this.#random.uniform() * (2 * this.#options.regimeBars - 1));
  }

  #gapTicks(scale: number): number {
    return this.#random.uniform() < GAP_SHARE ? scale * this.#random.normal() : 0;
  }

  /** A quarter of a bar has half of its deviation. */
  #stepTicks(ticks: number, scale: number): number {
    const { drift, volatility, pull } = this.#regime;
    const trend = (this.#direction * drift * scale + pull * (this.#anchor - ticks)) / STEPS_PER_BAR;
    return trend + (scale * volatility * this.#random.normal()) / 2;
  }

  #onGrid(ticks: number): number {
    const low = Math.max(1, this.#startTicks / BOUND_FACTOR);
    const high = this.#startTicks * BOUND_FACTOR;
    return Math.max(1, roundHalfUp(Math.min(high, Math.max(low, ticks))));
  }

  /** Wide bars trade more. */
  #volume(rangeInDeviations: number): number {
    const activity = (0.5 + this.#random.uniform()) * (0.25 + 0.5 * rangeInDeviations);
    return roundHalfUp(this.#options.meanVolume * activity);
  }
}

function roundHalfUp(x: number): number {
  return Math.floor(x + 0.5);
}

/**
 * Dividing by a whole number of ticks a unit gives the float64 nearest to the decimal price (1.07
 * and not 1.0700000000000001), exactly what reading the price from a file would give.
 */
function priceOfTicks(tickSize: number): (ticks: number) => number {
  const ticksPerUnit = roundHalfUp(1 / tickSize);
  const isReciprocal = Math.abs(ticksPerUnit * tickSize - 1) < 1e-9;
  return isReciprocal ? (ticks) => ticks / ticksPerUnit : (ticks) => ticks * tickSize;
}
