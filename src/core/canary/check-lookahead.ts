import { Random } from "../random.ts";
import { SweepScorer } from "../stages/sweep-scorer.ts";
import { alterFuture, FUTURES, type Future } from "./altered-future.ts";
import { type CheckedMarket, checkWindow } from "./check-window.ts";
import { movedBar } from "./moved-bar.ts";
import { sampleVariants } from "./sample-variants.ts";
import { CandleReading, type ComputeOutputs, VariantReading } from "./variant-reading.ts";

export interface LookaheadOptions {
  /** What is sampled and shuffled depends on it alone; 1 when absent. */
  readonly seed?: number;
  /** Variants of Stage B to look at, at most. */
  readonly variants?: number;
  /** Bars after which the future is altered, at most. */
  readonly cuts?: number;
  /** Bars to look at, at most: those around the beginning of the range. */
  readonly maxBars?: number;
  /** Where indicators come from; the registry when absent. */
  readonly compute?: ComputeOutputs;
}

/** Something that moved although only bars after `lastKnownMs` are other ones. */
export interface LookaheadFinding {
  readonly what: "INDICATOR" | "SIGNAL" | "EQUITY";
  /** An output of an indicator with its parameters; empty for the others. */
  readonly output: string;
  readonly variantIndex: number;
  readonly future: Future;
  /** Open time of the last bar that was left as it is, UTC epoch milliseconds. */
  readonly lastKnownMs: number;
  /** Open time of the first bar that moved; at or before `lastKnownMs`. */
  readonly movedMs: number;
}

export interface LookaheadReport {
  /** Nothing moved. Says little where `sidedBars` is 0: then no signal was seen at all. */
  readonly passed: boolean;
  readonly seed: number;
  readonly variants: number;
  readonly cuts: number;
  /** Signals that were compared, and those of them that were LONG or SHORT. */
  readonly comparedBars: number;
  readonly sidedBars: number;
  /** The first of each kind, output and variant; MAX_FINDINGS at most. */
  readonly findings: readonly LookaheadFinding[];
}

const DEFAULTS = { seed: 1, variants: 6, cuts: 16, maxBars: 3_000 };
export const MAX_FINDINGS = 20;

/**
 * Whether a strategy knows the future: after many bars the rest is cut off or its bars are
 * shuffled, and what the strategy did up to there must not move by a bit. Compared are the outputs
 * of its indicators, its signals and its equity. The signals of the whole are those that a sweep
 * trades, from planes; the others are read bar by bar.
 */
export function checkLookahead(
  market: CheckedMarket,
  options: LookaheadOptions = {},
): LookaheadReport {
  const { seed, variants, cuts, maxBars } = { ...DEFAULTS, ...options };
  const { sweep, candles } = checkWindow(market, maxBars);
  const random = new Random(seed);
  const whole = new CandleReading(candles, options.compute);
  const wholes = sampleVariants(sweep, variants, random).map((variantIndex) => {
    const reading = new VariantReading(sweep, variantIndex);
    // Planes know the registry's indicators only.
    const signal =
      options.compute === undefined
        ? new SweepScorer(reading.sweep, candles).signal()
        : reading.signal(whole);
    return { reading, signal, equity: reading.execute(candles, signal).equity };
  });
  const comparison = new Comparison(whole, sweep.firstBar);
  const lasts = cutBars(sweep, cuts, random);
  for (const last of lasts) {
    for (const future of FUTURES) {
      const altered = new CandleReading(
        alterFuture(candles, last, future, random),
        options.compute,
      );
      for (const known of wholes) comparison.compare(known, altered, { last, future });
    }
  }
  const { findings, comparedBars, sidedBars } = comparison;
  const passed = findings.length === 0;
  const counts = { variants: wholes.length, cuts: lasts.length, comparedBars, sidedBars };
  return { passed, seed, ...counts, findings };
}

/** Bars of the range, ascending, none twice: its first one, its last but one, and seeded ones. */
function cutBars(
  { firstBar, lastBar }: { readonly firstBar: number; readonly lastBar: number },
  count: number,
  random: Random,
): number[] {
  const bars = lastBar - 1 - firstBar;
  if (bars <= 0) return [];
  const chosen = new Set([lastBar - 2, firstBar]);
  while (chosen.size < Math.min(count, bars)) {
    chosen.add(firstBar + Math.floor(random.uniform() * bars));
  }
  return [...chosen].sort((a, b) => a - b);
}

/** What a variant does on the candles as they are; element 0 is the range's first bar. */
interface KnownVariant {
  readonly reading: VariantReading;
  readonly signal: Int8Array;
  readonly equity: Float64Array;
}

interface Alteration {
  /** The last bar that is left as it is. */
  readonly last: number;
  readonly future: Future;
}

class Comparison {
  comparedBars = 0;
  sidedBars = 0;
  readonly findings: LookaheadFinding[] = [];
  readonly #whole: CandleReading;
  readonly #firstBar: number;
  readonly #found = new Set<string>();

  constructor(whole: CandleReading, firstBar: number) {
    this.#whole = whole;
    this.#firstBar = firstBar;
  }

  compare(known: KnownVariant, altered: CandleReading, alteration: Alteration): void {
    const { reading } = known;
    const { last, future } = alteration;
    for (const [output, ref] of reading.outputs) {
      const moved = movedBar(this.#whole.series(ref), altered.series(ref), 0, last + 1);
      this.#note(moved, { what: "INDICATOR", output }, reading, alteration);
    }
    const signal = reading.signal(altered);
    const bars = last + 1 - this.#firstBar;
    this.comparedBars += bars;
    for (let t = 0; t < bars; t++) this.sidedBars += Math.abs(known.signal[t]);
    const movedSignal = movedBar(known.signal, signal, 0, bars);
    this.#note(this.#barOf(movedSignal), { what: "SIGNAL" }, reading, alteration);
    const { equity } = reading.execute(altered.candles, signal);
    // Where candles end, positions are closed: that bar's equity is another one by rights.
    const settled = future === "CUT" ? bars - 1 : bars;
    const movedEquity = movedBar(known.equity, equity, 0, settled);
    this.#note(this.#barOf(movedEquity), { what: "EQUITY" }, reading, alteration);
  }

  #barOf(barOfRange: number): number {
    return barOfRange < 0 ? -1 : barOfRange + this.#firstBar;
  }

  #note(
    moved: number,
    { what, output = "" }: { readonly what: LookaheadFinding["what"]; readonly output?: string },
    { variantIndex }: VariantReading,
    { last, future }: Alteration,
  ): void {
    const key = what === "INDICATOR" ? output : `${what} ${variantIndex}`;
    if (moved < 0 || this.#found.has(key) || this.findings.length >= MAX_FINDINGS) return;
    this.#found.add(key);
    const { time } = this.#whole.candles;
    const at = { lastKnownMs: time[last], movedMs: time[moved] };
    this.findings.push({ what, output, variantIndex, future, ...at });
  }
}
