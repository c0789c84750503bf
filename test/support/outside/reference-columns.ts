import { readFileSync } from "node:fs";
import { CandleView } from "../../../src/core/series/candle-view.ts";
import {
  REFERENCE_DATASETS,
  type ReferenceDataset,
  referenceCandles,
} from "../reference-candles.ts";
import { type ColumnRow, compareColumn, type OutsideCase, seriesOf } from "./comparison.ts";
import { LIBRARY_COLUMNS } from "./library-columns.ts";
import { SOURCES } from "./outside-truth.ts";
import { TALIB_COLUMNS } from "./talib-columns.ts";

/** A committed file that scripts/golden/indicators.py wrote. */
export interface ReferenceFile {
  readonly source: string;
  readonly candles: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly generated: string;
  readonly columns: Readonly<Record<string, readonly (number | null)[]>>;
}

export function readReference(folder: string, dataset: ReferenceDataset): ReferenceFile {
  const url = new URL(`../../golden/${folder}/${dataset}.json`, import.meta.url);
  return JSON.parse(readFileSync(url, "utf8"));
}

export function talibCases(): OutsideCase[] {
  return casesOf("talib", TALIB_COLUMNS, () => "TA-Lib");
}

/** The first word of a column is the library. */
export function libraryCases(): OutsideCase[] {
  return casesOf("libraries", LIBRARY_COLUMNS, (column) => column.split(" ")[0]);
}

function casesOf(
  folder: string,
  rows: readonly ColumnRow[],
  nameOf: (column: string) => string,
): OutsideCase[] {
  return REFERENCE_DATASETS.flatMap((dataset) => {
    const view = new CandleView(referenceCandles(dataset));
    const { columns } = readReference(folder, dataset);
    return rows.map((row): OutsideCase => {
      const [column, id, output] = row;
      return {
        title: `${column} on ${dataset}: ${id} ${output}`,
        comparisons: () => {
          const source = SOURCES.find((name) => name === nameOf(column))!;
          const theirs = seriesOf(columns[column]);
          return [compareColumn({ source, label: `${column} on ${dataset}`, theirs, view }, row)];
        },
      };
    });
  });
}
