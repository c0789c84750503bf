import { LONG, SHORT } from "../core/execution/account.ts";
import { stopLevel, targetLevel } from "../core/execution/stop-levels.ts";
import type { RiskGrid } from "../core/execution/stop-table.ts";
import type { TradeList } from "../core/execution/trade-list.ts";
import type { RankingMetric } from "../core/metrics/ranking-metric.ts";
import { asksReturnOnly } from "../core/metrics/ranking-values.ts";
import type { RiskScorer } from "../core/stages/backend.ts";
import { RISK_TABLE_BYTES } from "../core/stages/scorer-caches.ts";
import type { KernelMemory } from "./kernel-memory.ts";
import { RiskCash } from "./risk-cash.ts";
import { RiskLevels } from "./risk-levels.ts";
import { RiskTally } from "./risk-tally.ts";
import type { WasmBackend } from "./wasm-backend.ts";
import type { WasmTradeScorer } from "./wasm-trade-scorer.ts";

/**
 * Cells of a risk grid by the kernels, for fills at closes and stops that do not trail: rows from
 * tables of first hits, single cells from a scan of their own.
 */
export class WasmRiskScorer implements RiskScorer {
  readonly #backend: WasmBackend;
  readonly #stops: RiskLevels;
  readonly #targets: RiskLevels;
  /** Price shares at which a long and a short entry fill. */
  readonly #fillShares: Float64Array;
  readonly #metrics: readonly RankingMetric[];
  readonly #scorer: WasmTradeScorer;
  readonly #tableBytes: number;
  /** What scores rows; made when rows are first asked for. */
  #rows: RiskCash | RiskTally | null = null;
  /** Where the kernels keep first hits by entry; made when rows are first asked for, too. */
  #kept: number | null = null;
  #base: TradeList | null = null;
  /** Trades of a single cell, which share their entries with `#base`. */
  #cell: TradeList | null = null;

  constructor(
    backend: WasmBackend,
    grid: RiskGrid,
    metrics: readonly RankingMetric[],
    periodsPerYear: number,
    tableBytes = RISK_TABLE_BYTES,
  ) {
    const { memory, rules } = backend;
    this.#backend = backend;
    this.#tableBytes = tableBytes;
    this.#metrics = metrics;
    this.#stops = new RiskLevels(memory, grid.stops, stopLevel);
    this.#targets = new RiskLevels(memory, grid.targets, targetLevel);
    this.#fillShares = memory.float64(2);
    this.#fillShares.set([rules.entryFill(LONG, 1), rules.entryFill(SHORT, 1)]);
    this.#scorer = backend.tradeScorer(metrics, periodsPerYear);
  }

  open(base: TradeList): void {
    if (base !== this.#base) this.#cell = null;
    this.#base = base;
  }

  openRows(): void {
    this.#setGrid();
    this.#rows ??= this.#rowScorer();
    this.#rows.open(this.#base!);
  }

  scoreRow(pair: number, columns: readonly Float64Array[], at: number): void {
    this.#setGrid();
    this.#rows!.row(this.#stops.rank[pair], this.#targets.order, columns, at);
  }

  scoreCell(pair: number, target: number, out: Float64Array, offset: number): void {
    const base = this.#base!;
    const { kernels, close } = this.#backend;
    this.#cell ??= this.#backend.tradeList(close.length, base);
    this.#setRisk(this.#stops.single(pair), this.#targets.single(target));
    kernels.cellTrades(
      base.count,
      base.side.byteOffset,
      base.entry.byteOffset,
      base.exit.byteOffset,
      base.factor.byteOffset,
      this.#cell.exit.byteOffset,
      this.#cell.factor.byteOffset,
    );
    this.#cell.count = base.count;
    this.#scorer.score(this.#cell, out, offset);
  }

  #rowScorer(): RiskCash | RiskTally {
    const { sizing } = this.#backend.rules;
    const levels = { stops: this.#stops, targets: this.#targets };
    if (sizing === "ALL_IN" && asksReturnOnly(this.#metrics))
      return new RiskCash(this.#backend, levels);
    return new RiskTally(this.#backend, { ...levels, tableBytes: this.#tableBytes }, this.#scorer);
  }

  #setGrid(): void {
    const { kernels, memory, close } = this.#backend;
    this.#setRisk(this.#stops.at, this.#targets.at);
    this.#kept ??= keptHits(memory, close.length, this.#tableBytes);
    kernels.keepHits(this.#kept);
  }

  #setRisk(stops: number, targets: number): void {
    const { kernels, rulesAt, close } = this.#backend;
    kernels.setRisk(rulesAt, close.byteOffset, this.#fillShares.byteOffset, stops, targets);
  }
}

/** Room as assembly/kept-hits.ts reads it; each bar may be an entry of both sides. */
function keptHits(memory: KernelMemory, bars: number, bytes: number): number {
  const places = memory.int32(2 * bars);
  const { byteOffset } = memory.uint8(bytes, "as it is");
  const room = memory.int32(3);
  room.set([byteOffset, byteOffset + bytes, places.byteOffset]);
  return room.byteOffset;
}
