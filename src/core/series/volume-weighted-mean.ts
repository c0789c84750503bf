import { DoubleDouble } from "./double-double.ts";
import { type PrefixSum, type Run, runsOfBoth } from "./prefix-sum.ts";

/**
 * Means of a price weighted by volume over the `window` bars ending at each bar; NaN where the bars
 * are not all there or none was traded.
 *
 * Where both series lie on a grid, the products of their integers are summed without rounding, so
 * only the final division rounds: a mean that equals a price as a decimal number equals it in
 * float64 too. Elsewhere the products of the values are summed in double-double.
 */
export function volumeWeightedMeans(
  price: PrefixSum,
  volume: PrefixSum,
  window: number,
): Float64Array {
  const out = new Float64Array(price.bars).fill(Number.NaN);
  const gridBars = Math.min(price.gridBars, volume.gridBars);
  for (const run of runsOfBoth(price, volume)) {
    const onGrid = { from: run.from, to: Math.min(run.to, gridBars) };
    weigh(tickTerms(price, volume), window, onGrid, out);
    if (run.to <= gridBars) continue;
    const firstOffGrid = Math.max(run.from, gridBars - window + 1);
    weigh(valueTerms(price, volume), window, { from: firstOffGrid, to: run.to }, out);
  }
  return out;
}

interface Terms {
  readonly price: (t: number) => number;
  readonly volume: (t: number) => number;
  /** Units of a price in 1. */
  readonly scale: number;
}

function tickTerms(price: PrefixSum, volume: PrefixSum): Terms {
  return {
    price: (t) => price.tickSum(t, t + 1),
    volume: (t) => volume.tickSum(t, t + 1),
    scale: price.scale,
  };
}

function valueTerms(price: PrefixSum, volume: PrefixSum): Terms {
  return { price: (t) => price.values[t], volume: (t) => volume.values[t], scale: 1 };
}

function weigh(terms: Terms, window: number, run: Run, out: Float64Array): void {
  const paid = new DoubleDouble();
  const traded = new DoubleDouble();
  for (let t = run.from; t < run.to; t++) {
    const volume = terms.volume(t);
    paid.addProduct(terms.price(t), volume);
    traded.add(volume);
    const oldest = t - window + 1;
    if (oldest < run.from) continue;
    out[t] = traded.hi > 0 ? quotient(paid, traded, terms.scale) : Number.NaN;
    const leaving = terms.volume(oldest);
    paid.addProduct(-terms.price(oldest), leaving);
    traded.add(-leaving);
  }
}

/** `paid / (traded * scale)`: divided by the high part, then corrected for the low one. */
function quotient(paid: DoubleDouble, traded: DoubleDouble, scale: number): number {
  const near = paid.dividedBy(traded.hi * scale);
  return near - near * (traded.lo / traded.hi);
}
