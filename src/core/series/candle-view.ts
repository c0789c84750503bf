import { barCount, type Candles } from "./candles.ts";
import { PrefixSum } from "./prefix-sum.ts";
import { type PriceSource, priceSeries } from "./price-source.ts";

/**
 * Candles with what many indicators share, computed once: combined price sources and prefix sums.
 * A view belongs to one thread; its candles may be shared memory.
 */
export class CandleView {
  readonly candles: Candles;
  readonly bars: number;
  readonly #series = new Map<PriceSource, Float64Array>();
  readonly #sums = new Map<PriceSource, PrefixSum>();

  constructor(candles: Candles) {
    this.candles = candles;
    this.bars = barCount(candles);
  }

  price(source: PriceSource): Float64Array {
    return remember(this.#series, source, () => priceSeries(this.candles, source));
  }

  prefixSum(source: PriceSource): PrefixSum {
    return remember(this.#sums, source, () => PrefixSum.of(this.price(source)));
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
