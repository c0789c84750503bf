import { HIT_BYTES, roomHits } from "../execution/hit-room.ts";
import { levelCounts } from "../execution/stop-table.ts";
import { asksReturnOnly } from "../metrics/ranking-values.ts";
import { isServedByEveryBackend } from "./backend.ts";
import type { ScoredBy } from "./row-footprint.ts";
import { RISK_TABLE_BYTES } from "./scorer-caches.ts";
import { type Sweep, sweepMetrics } from "./sweep.ts";

const NUMBER_BYTES = 8;
/** A level's first hit as kernels keep it by entry, and what an entry has before its hits. */
const KEPT_HIT_BYTES = 16;
const KEPT_HEAD_BYTES = 16;
/** A level's first hit as kernels read it row by row, and what a trade leaves for later passes. */
const TABLE_HIT_BYTES = 40;
const PASSED_ON_BYTES = 48;
/** Trades that there is room for at least, and levels of the smallest grid, padded. */
const LEAST_TRADES = 64;
const FEWEST_LEVELS = 3;
/** Rows of factors of so many trades at a time, as far as these bytes go. */
const CASH_TRADES = 16;
const CASH_BYTES = 512 * 1024;
/** A level's multipliers for both sides and its hit in the trade at hand. */
const LEVEL_BYTES = 32;
/** What is the same for all grids, padding included. */
const FIXED_BYTES = 2_048;
/** What two cells of a row gather. */
const PAIR_BYTES = 256;
/** Where the hits of an entry are kept. */
const PLACE_BYTES = 4;

/**
 * Bytes of one thread for first hits and accounts of a risk grid, by kernels or whichever backend
 * scores it.
 */
export function riskFootprint(
  sweep: Sweep,
  bars: number,
  { backend, days }: Pick<ScoredBy, "backend" | "days">,
): number {
  const levels = levelCounts(sweep);
  const pair = levels.trails > 0 ? bars : 0;
  const readable = (roomHits(levels, bars) + pair) * HIT_BYTES;
  if (!isServedByEveryBackend(sweep)) return readable;
  return Math.max(backend === "kernels" ? 0 : readable, kernelBytes(sweep, bars, days));
}

/** Hits by entry, where each bar may be one of both sides, and what rows of cells are made from. */
function kernelBytes(sweep: Sweep, bars: number, days: number): number {
  const { stops, targets } = sweep;
  // What is off is hit by nothing.
  const levels = [...stops, ...targets].filter((pct) => pct !== null).length;
  const kept = 2 * bars * (levels * KEPT_HIT_BYTES + KEPT_HEAD_BYTES);
  const places = 2 * bars * PLACE_BYTES;
  const rows = asksEndCash(sweep) ? cashBytes(sweep) : tallyBytes(sweep, bars, days);
  const multipliers = (stops.length + targets.length + 1) * LEVEL_BYTES + FIXED_BYTES;
  return Math.min(kept, RISK_TABLE_BYTES) + places + multipliers + rows;
}

/** End cash of all cells, and rows of factors. */
function cashBytes(sweep: Sweep): number {
  const { stops, targets } = levelCounts(sweep);
  const tradeBytes = (stops + 1) * (targets + 1) * NUMBER_BYTES;
  const rows = Math.min(CASH_TRADES * tradeBytes, Math.max(CASH_BYTES, tradeBytes));
  return tradeBytes + rows;
}

function asksEndCash(sweep: Sweep): boolean {
  const { sizing } = sweep.execution;
  return sizing === "ALL_IN" && asksReturnOnly(sweepMetrics(sweep));
}

function tallyBytes(sweep: Sweep, bars: number, days: number): number {
  const { stops, targets } = levelCounts(sweep);
  const tradeBytes = (stops + targets + 1) * TABLE_HIT_BYTES;
  const hits = Math.min(bars * tradeBytes, Math.max(RISK_TABLE_BYTES, LEAST_TRADES * tradeBytes));
  // As many trades as there are where levels are fewest, so that no larger grid seems smaller.
  const most = Math.floor(RISK_TABLE_BYTES / (FEWEST_LEVELS * TABLE_HIT_BYTES));
  const passedOn = Math.min(bars, most) * PASSED_ON_BYTES;
  const gathered = ((targets + 1) * PAIR_BYTES) / 2;
  return hits + passedOn + gathered + dailyBytes(sweep, days);
}

/** Marks of the days, and daily returns of the cells of a row, where these are watched. */
function dailyBytes(sweep: Sweep, days: number): number {
  if (!sweepMetrics(sweep).includes("sharpe")) return 0;
  return (sweep.targets.length + 1) * days * NUMBER_BYTES;
}
