import type { Seeding } from "../indicators/recursive-average.ts";
import { findIndicator } from "../indicators/registry.ts";
import { type ParameterValues, withDefaults } from "../parameter.ts";
import type { CandleView } from "../series/candle-view.ts";
import type { PriceSource } from "../series/price-source.ts";
import type { StrengthRow, StrengthRows } from "../stages/strength-rows.ts";
import type { SeriesRef } from "./atom.ts";
import { outputKey } from "./series-key.ts";
import type { ValueCache } from "./value-store.ts";

/** A row of relative strength that is wanted, by the name that it is kept under. */
interface WantedRow {
  readonly key: string;
  readonly source: PriceSource;
  readonly window: number;
  readonly seeding: Seeding;
}

/**
 * Rows of relative strength that are computed together with those which will be asked for next. A
 * row stays until another one is not there.
 */
export class RowsAhead {
  readonly #view: CandleView;
  readonly #rows: StrengthRows;
  readonly #store: ValueCache<Float64Array> | null;
  readonly #known = new Map<string, Float64Array>();

  constructor(view: CandleView, rows: StrengthRows, store: ValueCache<Float64Array> | null) {
    this.#view = view;
    this.#rows = rows;
    this.#store = store;
  }

  /** Null where it is not computed in this way; `soon` are the series that come after it. */
  row(ref: SeriesRef, soon: Iterable<SeriesRef>): Float64Array | null {
    const first = wantedRow(ref);
    if (first === null) return null;
    const known = this.#known.get(first.key);
    if (known !== undefined) return known;
    this.#known.clear();
    this.#compute(this.#together(first, soon));
    return this.#known.get(first.key) ?? null;
  }

  /** As many of the same source as there are rooms. */
  #together(first: WantedRow, soon: Iterable<SeriesRef>): WantedRow[] {
    const wanted = new Map([[first.key, first]]);
    const most = this.#rows.rooms.length;
    for (const ref of soon) {
      if (wanted.size >= most) break;
      const one = wantedRow(ref);
      if (one?.source === first.source) wanted.set(one.key, one);
    }
    return [...wanted.values()];
  }

  #compute(wanted: readonly WantedRow[]): void {
    const missing: (StrengthRow & { readonly key: string })[] = [];
    for (const [i, { key, window, seeding }] of wanted.entries()) {
      const row = this.#rows.rooms[i];
      if (this.#store?.load(storedKey(key), row) === true) this.#known.set(key, row);
      else missing.push({ key, window, seeding, row });
    }
    if (missing.length === 0) return;
    if (!this.#rows.compute(this.#view.price(wanted[0].source), missing)) return;
    for (const { key, row } of missing) {
      this.#known.set(key, row);
      this.#store?.keep(storedKey(key), row);
    }
  }
}

function wantedRow(ref: SeriesRef): WantedRow | null {
  if (ref.kind !== "output") return null;
  const indicator = findIndicator(ref.indicator);
  if (indicator?.strength === undefined) return null;
  const params: ParameterValues = withDefaults(indicator.params, ref.params);
  return { key: outputKey(ref.indicator, params), ...indicator.strength(params) };
}

/** Of an indicator's first output, see PlaneSource. */
function storedKey(key: string): string {
  return `${key}.0`;
}
