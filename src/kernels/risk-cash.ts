import type { TradeList } from "../core/execution/trade-list.ts";
import { totalReturnPct } from "../core/metrics/ranking-formulas.ts";
import type { RiskLevels } from "./risk-levels.ts";
import type { WasmBackend } from "./wasm-backend.ts";

/** Bytes of the rows of factors that a batch of trades may take: they are to stay in the cache. */
const BATCH_BYTES = 512 * 1024;
const MAX_BATCH = 16;
const NUMBER_BYTES = 8;

/** End cash of all cells of a risk grid; see assembly/risk-cash.ts. */
export class RiskCash {
  readonly #backend: WasmBackend;
  readonly #columns: number;
  /** A row a stop, a column a target, in the kernels' order. */
  readonly #cash: Float64Array;
  /** What `setCells` takes. */
  readonly #layout: readonly [number, number, number, number, number, number];

  constructor(
    backend: WasmBackend,
    levels: { readonly stops: RiskLevels; readonly targets: RiskLevels },
  ) {
    const { memory } = backend;
    const { columns } = levels.targets;
    const count = levels.stops.order.length;
    const tradeBytes = (count + 1) * columns * NUMBER_BYTES;
    const batch = Math.max(1, Math.min(MAX_BATCH, Math.floor(BATCH_BYTES / tradeBytes)));
    const rows = memory.float64((batch * tradeBytes) / NUMBER_BYTES);
    const rowOf = memory.int32(batch * count);
    this.#backend = backend;
    this.#columns = columns;
    this.#cash = memory.float64(count * columns);
    const rooms = [this.#cash.byteOffset, rows.byteOffset, rowOf.byteOffset] as const;
    this.#layout = [batch, count, columns, ...rooms];
  }

  /** Settles all cells for these trades; `setRisk` has been called. */
  open(base: TradeList): void {
    const { kernels, rulesAt } = this.#backend;
    kernels.setCells(...this.#layout);
    kernels.cellCash(
      rulesAt,
      base.count,
      base.side.byteOffset,
      base.entry.byteOffset,
      base.exit.byteOffset,
      base.factor.byteOffset,
    );
  }

  /** Total return of the cells of a stop; `order` maps kernels' targets to the axis. */
  row(stop: number, order: readonly number[], columns: readonly Float64Array[], at: number): void {
    const { startCash } = this.#backend.rules;
    const first = stop * this.#columns;
    for (let k = 0; k < order.length; k++) {
      const value = totalReturnPct(this.#cash[first + k], startCash);
      for (let m = 0; m < columns.length; m++) columns[m][at + order[k]] = value;
    }
  }
}
