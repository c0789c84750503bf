import type { Random } from "../random.ts";
import { barCount, CANDLE_COLUMNS, type Candles, sliceCandles } from "../series/candles.ts";

/** What is done to the bars after one: nobody could know them at its close. */
export const FUTURES = ["CUT", "SHUFFLED"] as const;
export type Future = (typeof FUTURES)[number];

/** The same candles up to and with bar `last`, and another future. Bars up to there are kept. */
export function alterFuture(
  candles: Candles,
  last: number,
  future: Future,
  random: Random,
): Candles {
  if (future === "CUT") return sliceCandles(candles, 0, last + 1);
  const order = shuffled(last + 1, barCount(candles), random);
  const columns = CANDLE_COLUMNS.map((name) => {
    const column = candles[name].slice();
    // Whole bars change their places; times stay, for they are known long before.
    if (name !== "time") {
      for (let i = 0; i < order.length; i++) column[last + 1 + i] = candles[name][order[i]];
    }
    return [name, column];
  });
  return Object.fromEntries(columns);
}

/** The numbers of `[from, to)` in random order (Fisher and Yates). */
function shuffled(from: number, to: number, random: Random): Int32Array {
  const order = Int32Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(random.uniform() * (i + 1));
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}
