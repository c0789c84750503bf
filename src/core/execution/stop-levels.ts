import { LONG, type Side } from "./account.ts";

/**
 * Price levels of a stop and a target, from the entry FILL price. A long stop is hit at `p <=
 * level`, a long target at `p >= level`; a short one mirrored. The multiplier form keeps levels
 * nested: a wider distance is hit later. Source: semantics.md section 4.
 */
export function stopLevel(side: Side, entryFill: number, stopLossPct: number): number {
  return side === LONG ? entryFill * (1 - stopLossPct / 100) : entryFill * (1 + stopLossPct / 100);
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
