import { Ranking } from "../stages/ranking.ts";
import type { RankingKey } from "../stages/sweep.ts";
import { TopRows } from "../stages/top-rows.ts";
import { type ColumnWork, chosenPass } from "./column-block.ts";
import type { StageGrid } from "./stage-grid.ts";
import type { VariantFilter } from "./variant-filter.ts";

/** Where a variant stands in an order: its metric (NaN where undefined) and its number. */
export interface RankPlace {
  readonly value: number;
  readonly variantIndex: number;
}

export interface RankChoice {
  readonly grid: StageGrid;
  readonly filter: VariantFilter;
  readonly column: number;
  /** The metric is that of `column`. */
  readonly orderBy: RankingKey;
  readonly first: number;
  /** The last variant of the page before. */
  readonly after: RankPlace | null;
}

export interface RankPage {
  /** The metric is NaN where undefined. */
  readonly rows: readonly RankPlace[];
  readonly hasNextPage: boolean;
  /** Variants that the filter takes. */
  readonly totalCount: number;
}

/**
 * One page of all variants of a stage in a total order: the metric, undefined last whatever the
 * direction, then variant index. Holds one page, however many variants there are.
 */
export function* rankVariants(choice: RankChoice): ColumnWork<RankPage> {
  const { grid, filter, column, orderBy, first, after } = choice;
  const ranking = new Ranking([orderBy]);
  const top = new TopRows(ranking, first + 1);
  const last = after === null ? null : Float64Array.of(after.variantIndex, after.value);
  const row = new Float64Array(ranking.stride);
  let totalCount = 0;
  yield chosenPass({ grid, filter, definedOf: null }, ({ from, columns }, { places }) => {
    totalCount += places.length;
    const values = columns[column];
    for (let k = 0; k < places.length; k++) {
      const value = values[places[k]];
      if (top.isHopeless(value)) continue;
      row[0] = grid.variantIndex(from + places[k]);
      row[1] = Number.isFinite(value) ? value : Number.NaN;
      if (last === null || ranking.before(last, 0, row, 0)) top.offer(row, 0);
    }
  });
  const { data, stride } = top.drain();
  const found = data.length / stride;
  const rows = Array.from({ length: Math.min(found, first) }, (_, r): RankPlace => {
    return { variantIndex: data[r * stride], value: data[r * stride + 1] };
  });
  return { rows, hasNextPage: found > first, totalCount };
}

/** A variant with a value a column, NaN or infinite where undefined. */
export interface VariantValues {
  readonly variantIndex: number;
  readonly values: Float64Array;
}

/** The values of chosen variants, in the order given; of those the stage has not scored, none. */
export function* variantValues(
  grid: StageGrid,
  variants: readonly number[],
): ColumnWork<VariantValues[]> {
  const wanted = variants
    .map((variantIndex, at) => ({ variantIndex, at, position: grid.positionOf(variantIndex) }))
    .filter(({ position }) => position >= 0);
  const found: VariantValues[] = [];
  if (wanted.length > 0) {
    yield ({ from, columns }) => {
      const to = from + (columns[0]?.length ?? 0);
      for (const { variantIndex, at, position } of wanted) {
        if (position < from || position >= to) continue;
        const values = Float64Array.from(columns, (values) => values[position - from]);
        found[at] = { variantIndex, values };
      }
    };
  }
  return found.filter((row) => row !== undefined);
}
