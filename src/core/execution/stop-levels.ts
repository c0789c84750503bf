import { LONG, type Side } from "./account.ts";

/**
 * Price levels of a stop and a target, from the entry FILL price; of a trailing stop, as a stop
 * from the best price since entry, which begins at the entry fill. A long stop is hit at `p <=
 * level`, a long target at `p >= level`; a short one mirrored. The multiplier form keeps levels
 * nested: a wider distance is hit later. Source: semantics.md section 4.
 */
export function stopLevel(side: Side, from: number, distancePct: number): number {
  return side === LONG ? from * (1 - distancePct / 100) : from * (1 + distancePct / 100);
}

export function targetLevel(side: Side, entryFill: number, takeProfitPct: number): number {
  return side === LONG
    ? entryFill * (1 + takeProfitPct / 100)
    : entryFill * (1 - takeProfitPct / 100);
}

export function stopHit(side: Side, price: number, level: number): boolean {
  return side === LONG ? price <= level : price >= level;
}

export function targetHit(side: Side, price: number, level: number): boolean {
  return side === LONG ? price >= level : price <= level;
}

/** The better of two prices to the holder of a position: where a trailing stop follows to. */
export function betterPrice(side: Side, a: number, b: number): number {
  return targetHit(side, a, b) ? a : b;
}

/**
 * Where an order that waits inside a bar fills: at its level, or at the open of a bar that opens
 * beyond it.
 */
export function stopFill(side: Side, open: number, level: number): number {
  return stopHit(side, open, level) ? open : level;
}

export function targetFill(side: Side, open: number, level: number): number {
  return targetHit(side, open, level) ? open : level;
}
