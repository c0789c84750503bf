import { barCount, type Candles } from "./candles.ts";
import { PrefixSum } from "./prefix-sum.ts";
import { type PriceSource, priceSeries } from "./price-source.ts";

/** Numbers that may be anything. */
export type AllocateNumbers = (length: number) => Float64Array;

/**
 * Candles with what many indicators share, computed once: combined price sources and prefix sums.
 * A view belongs to one thread; its candles may be shared memory, its sums lie in what `allocate`
 * gives.
 */
export class CandleView {
  readonly candles: Candles;
  readonly bars: number;
  readonly #allocate: AllocateNumbers;
  readonly #series = new Map<PriceSource, Float64Array>();
  readonly #sums = new Map<PriceSource, PrefixSum>();

  constructor(candles: Candles, allocate: AllocateNumbers = (length) => new Float64Array(length)) {
    this.candles = candles;
    this.#allocate = allocate;
    this.bars = barCount(candles);
  }

  price(source: PriceSource): Float64Array {
    return remember(this.#series, source, () => priceSeries(this.candles, source));
  }

  prefixSum(source: PriceSource): PrefixSum {
    const make = () => PrefixSum.of(this.price(source), this.#allocate(this.bars + 1));
    return remember(this.#sums, source, make);
  }
}

function remember<K, V>(cache: Map<K, V>, key: K, make: () => V): V {
  let value = cache.get(key);
  if (value === undefined) {
    value = make();
    cache.set(key, value);
  }
  return value;
}
