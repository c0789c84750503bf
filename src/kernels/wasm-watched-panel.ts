import type { GatedLegs, LegPanel, PanelSize } from "../core/execution/leg-panel.ts";
import type { RankingMetric } from "../core/metrics/ranking-metric.ts";
import type { VariantSums } from "../core/metrics/ranking-values.ts";
import { tileReturnBytes } from "../core/stages/leg-footprint.ts";
import { type PanelTile, panelTiles } from "../core/stages/panel-tiles.ts";
import { SUMS, SumsView, WATCH_DAYS, watchTogether } from "./variant-sums.ts";
import type { WasmBackend } from "./wasm-backend.ts";

/** See assembly/leg-side.ts: what a tile reads of it. */
const SIDE_FIELDS = 4;

/** A panel of which more is asked than the end cash, tile by tile: see assembly/settle-tile.ts. */
export class WasmWatchedPanel implements LegPanel {
  readonly stride: number;
  readonly #backend: WasmBackend;
  readonly #tiles: readonly PanelTile[];
  readonly #watch: number;
  readonly #keepsReturns: boolean;
  readonly #long: Int32Array;
  readonly #short: Int32Array;
  readonly #sums: Float64Array;
  readonly #view: SumsView;

  constructor(backend: WasmBackend, { rows, columns, metrics, has }: PanelSize) {
    const { memory } = backend;
    this.#backend = backend;
    this.#tiles = panelTiles(rows, columns, has);
    this.stride = columns;
    this.#watch = watchTogether(metrics);
    this.#keepsReturns = keepsReturns(metrics);
    this.#long = memory.int32(SIDE_FIELDS);
    this.#short = memory.int32(SIDE_FIELDS);
    this.#sums = memory.float64(rows * columns * SUMS.length);
    this.#view = new SumsView(this.#sums);
  }

  cash(place: number): number {
    return this.#sums[place * SUMS.length + SUMS.equity];
  }

  sums(place: number): VariantSums {
    this.#view.at = place * SUMS.length;
    return this.#view;
  }

  settle(long: GatedLegs, short: GatedLegs): void {
    const { kernels, rules, rulesAt, tiles } = this.#backend;
    tiles.use(this.#watch, this.#keepsReturns);
    writeSide(this.#long, long);
    writeSide(this.#short, short);
    const placeBytes = SUMS.length * Float64Array.BYTES_PER_ELEMENT;
    for (const { row, rows, column, columns } of this.#tiles) {
      kernels.settleTile(
        this.#long.byteOffset,
        this.#short.byteOffset,
        row,
        rows,
        column,
        columns,
        rulesAt,
        rules.startCash,
        this.#sums.byteOffset + (row * this.stride + column) * placeBytes,
        this.stride * placeBytes,
      );
    }
  }
}

function writeSide(fields: Int32Array, { legs, gate }: GatedLegs): void {
  fields[0] = legs.counts.byteOffset;
  fields[1] = legs.changes.byteOffset;
  fields[2] = legs.some.byteOffset;
  fields[3] = gate.byteOffset;
}

/** Whether the metrics ask for the deviations of daily returns from their mean. */
function keepsReturns(metrics: readonly RankingMetric[]): boolean {
  return metrics.includes("sharpe");
}

/** What the tiles of all panels of a backend are settled in, one after the other. */
export class WasmTiles {
  readonly #backend: WasmBackend;
  #roomAt: number | null = null;
  #returnsAt: number | null = null;

  constructor(backend: WasmBackend) {
    this.#backend = backend;
  }

  /** To be called before tiles are settled. */
  use(watch: number, keepsReturns: boolean): void {
    const backend = this.#backend;
    const { kernels, memory, rulesAt, close, tables } = backend;
    const [days, lastBarAt] = (watch & WATCH_DAYS) === 0 ? [0, 0] : tables.days;
    this.#roomAt ??= memory.uint8(kernels.tileRoomBytes()).byteOffset;
    if (keepsReturns) {
      this.#returnsAt ??= memory.uint8(tileReturnBytes(days), "as it is").byteOffset;
    }
    const returnsAt = keepsReturns ? this.#returnsAt! : 0;
    const { byteOffset, length } = close;
    kernels.setTiles(this.#roomAt, rulesAt, byteOffset, length, watch, days, lastBarAt, returnsAt);
    // The trade scorer's market is no longer the one that the kernels hold.
    backend.active = null;
  }
}
