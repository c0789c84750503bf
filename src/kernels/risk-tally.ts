import type { TradeList } from "../core/execution/trade-list.ts";
import type { RankingMetric } from "../core/metrics/ranking-metric.ts";
import { rankingValue } from "../core/metrics/ranking-values.ts";
import type { RiskLevels } from "./risk-levels.ts";
import { WATCH_DAYS, WATCH_DRAWDOWN, WATCH_TRADES } from "./variant-sums.ts";
import type { WasmBackend } from "./wasm-backend.ts";
import type { WasmTradeScorer } from "./wasm-trade-scorer.ts";

const MIN_TRADES = 64;
/** Fields of a first hit: see assembly/risk-table.ts. */
const FIELDS = 5;
const NUMBER_BYTES = 8;
const PAIR_BYTES = 256;
/** What a trade leaves for the passes that watch equity, in numbers a cell. */
const PASSED_ON = 3;

/** Positions of what a pair of cells has gathered, in the order of assembly/risk-cells.ts. */
const FIELD = {
  cash: 0,
  safe: 1,
  count: 2,
  wins: 3,
  grossProfit: 4,
  grossLoss: 5,
  returnSum: 6,
  deepest: 8,
  last: 9,
  first: 10,
  dailySum: 11,
  downsideSum: 12,
  broken: 13,
  squares: 15,
} as const;

/** Every metric of the cells of a risk grid, row by row; see assembly/risk-row.ts. */
export class RiskTally {
  readonly #backend: WasmBackend;
  readonly #metrics: readonly RankingMetric[];
  readonly #settings: { readonly startCash: number; readonly periodsPerYear: number };
  readonly #watch: number;
  readonly #squares: boolean;
  readonly #columns: number;
  /** Trades that the tables hold. */
  readonly #capacity: number;
  readonly #dailyReturns: number;
  /** What two cells of a row have gathered, side by side. */
  readonly #gathered: Float64Array;
  readonly #setUp: () => void;
  readonly #sums: MutableSums;
  #base: TradeList | null = null;
  #inTables = false;

  constructor(
    backend: WasmBackend,
    levels: {
      readonly stops: RiskLevels;
      readonly targets: RiskLevels;
      readonly tableBytes: number;
    },
    scorer: WasmTradeScorer,
  ) {
    const { memory, rules } = backend;
    const { watch, days, metrics } = scorer;
    const stops = levels.stops.order.length;
    const { columns } = levels.targets;
    const tradeBytes = (stops + columns) * FIELDS * NUMBER_BYTES;
    const bars = backend.close.length;
    const fits = Math.max(MIN_TRADES, Math.floor(levels.tableBytes / tradeBytes));
    this.#backend = backend;
    this.#metrics = metrics;
    this.#settings = { startCash: rules.startCash, periodsPerYear: scorer.periodsPerYear };
    this.#watch = watch;
    this.#squares = metrics.includes("sharpe");
    this.#columns = columns;
    this.#capacity = Math.min(bars + 1, fits);
    this.#dailyReturns = days === null ? 0 : Math.max(0, days[0] - 1);
    const pairs = columns / 2;
    this.#gathered = memory.float64((pairs * PAIR_BYTES) / NUMBER_BYTES);
    this.#setUp = this.#layOut(stops, pairs, days);
    this.#sums = emptySums(this.#dailyReturns);
  }

  /** `setRisk` has been called. */
  open(base: TradeList): void {
    this.#base = base;
    this.#inTables = base.count <= this.#capacity;
    this.#setUp();
    if (this.#inTables) this.#fill(0, base.count);
  }

  /** Metrics of the cells of a stop; `order` maps the kernels' order of targets to the axis. */
  row(stop: number, order: readonly number[], columns: readonly Float64Array[], at: number): void {
    const base = this.#base!;
    const { kernels } = this.#backend;
    this.#setUp();
    kernels.openRow(base.count === 0 || base.entry[0] > 0);
    for (let first = 0; first < base.count; first += this.#capacity) {
      const count = Math.min(this.#capacity, base.count - first);
      if (!this.#inTables) this.#fill(first, count);
      const { side, entry, exit } = base;
      const where = [side.byteOffset, entry.byteOffset, exit.byteOffset] as const;
      kernels.settleRow(stop, first, count, base.count, ...where);
    }
    kernels.closeRow(this.#squares);
    for (let k = 0; k < order.length; k++) {
      this.#read(k);
      for (let m = 0; m < columns.length; m++) {
        columns[m][at + order[k]] = rankingValue(this.#metrics[m], this.#sums, this.#settings);
      }
    }
  }

  #fill(first: number, count: number): void {
    const { kernels, rulesAt } = this.#backend;
    const { side, entry, exit, factor } = this.#base!;
    const where = [side.byteOffset, entry.byteOffset, exit.byteOffset, factor.byteOffset] as const;
    kernels.fillTable(rulesAt, first, count, ...where);
  }

  /** Takes the rooms; what it returns tells the kernels of them. */
  #layOut(stops: number, pairs: number, days: WasmTradeScorer["days"]): () => void {
    const { memory, kernels, rulesAt, close } = this.#backend;
    const { length: bars, byteOffset: closeAt } = close;
    const trades = this.#capacity;
    const watch = this.#watch;
    const table = (levels: number) =>
      memory.float64(FIELDS * levels * trades, "as it is").byteOffset;
    const [stopTable, targetTable] = [table(stops), table(this.#columns)];
    const passed = memory.float64(PASSED_ON * 2 * trades, "as it is").byteOffset;
    const [dayCount, lastBar, dayOf] = days ?? [0, 0, 0];
    const dayMarks = memory.float64(dayCount).byteOffset;
    const changeBytes = this.#squares ? dayCount * 2 * NUMBER_BYTES : 0;
    const changes = memory.float64((pairs * changeBytes) / NUMBER_BYTES, "as it is").byteOffset;
    const drawdown = (watch & WATCH_DRAWDOWN) !== 0;
    const watched = drawdown || (watch & WATCH_DAYS) !== 0;
    const tradewise = (watch & WATCH_TRADES) !== 0;
    const room = this.#gathered.byteOffset;
    return () => {
      kernels.setTable(trades, stops, this.#columns, stopTable, targetTable, drawdown);
      kernels.setTableDays(closeAt, bars, dayCount, lastBar, dayOf, dayMarks);
      kernels.setAccounts(rulesAt, tradewise, watched, trades, passed);
      kernels.setDrawdown(rulesAt, closeAt, bars);
      kernels.setChanges(changes, changeBytes);
      kernels.setRow(pairs, room, watch, bars, this.#dailyReturns);
    };
  }

  /** Sums of the cell of target `k`. */
  #read(k: number): void {
    const { trades, daily } = this.#sums;
    const cell = (k >> 1) * (PAIR_BYTES / NUMBER_BYTES) + (k & 1);
    const field = (name: keyof typeof FIELD) => this.#gathered[cell + 2 * FIELD[name]];
    this.#sums.equity = field("safe") + field("cash");
    this.#sums.deepest = field("deepest");
    trades.count = field("count");
    trades.wins = field("wins");
    trades.grossProfit = field("grossProfit");
    trades.grossLoss = field("grossLoss");
    trades.returnSum = field("returnSum");
    daily.growth = field("last") / field("first");
    daily.returnSum = field("dailySum");
    daily.downsideSum = field("downsideSum");
    // A mask: all bits set reads as NaN.
    daily.broken = field("broken") !== 0;
    const squares = field("squares");
    daily.squares = () => squares;
  }
}

type MutableSums = ReturnType<typeof emptySums>;

/** VariantSums whose object serves one cell after the other. */
function emptySums(days: number) {
  return {
    equity: 0,
    deepest: 0,
    trades: { count: 0, wins: 0, grossProfit: 0, grossLoss: 0, returnSum: 0 },
    daily: {
      days,
      growth: 1,
      returnSum: 0,
      downsideSum: 0,
      broken: false,
      squares: () => 0,
    },
  };
}
