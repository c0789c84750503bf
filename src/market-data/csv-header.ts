import { parse } from "csv-parse/sync";
import {
  type CandleColumns,
  candleColumns,
  missingColumns,
  missingFields,
  normalName,
} from "./candle-columns.ts";

export const DELIMITERS = [",", ";", "\t", "|"] as const;
export type Delimiter = (typeof DELIMITERS)[number];

export interface CsvLayout extends CandleColumns {
  readonly delimiter: Delimiter;
}

/**
 * The delimiter and columns of a header line: the delimiter under which the most fields are found.
 * Throws a UserError that lists the missing and the found columns.
 */
export function detectLayout(headerLine: string): CsvLayout {
  const candidates = DELIMITERS.map((delimiter) => {
    const names = columnNames(headerLine, delimiter);
    return { delimiter, names, missing: missingFields(names) };
  });
  const best = candidates.reduce((a, b) => (b.missing.length < a.missing.length ? b : a));
  if (best.missing.length > 0) {
    const looksNumeric = /^[\s"]*[\d+-]/.test(headerLine);
    const hint = looksNumeric ? "; the first row must name the columns" : "";
    throw missingColumns(best.names, best.missing, hint);
  }
  return { delimiter: best.delimiter, ...candleColumns(best.names) };
}

function columnNames(headerLine: string, delimiter: Delimiter): string[] {
  try {
    const rows: string[][] = parse(headerLine, { delimiter, relax_column_count: true });
    return (rows[0] ?? []).map(normalName);
  } catch {
    return [];
  }
}
