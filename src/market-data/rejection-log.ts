import { complaint, UserError } from "../core/user-error.ts";
import type { Rejection, RejectionCode, RejectionReport } from "./candle-source.ts";

/** How many rejected rows are spelled out; the rest is a count, so garbage cannot fill memory. */
export const REPORTED_REJECTIONS = 20;

/** Collects rejected rows of one pass, whose rows come in ascending order. */
export class RejectionLog {
  readonly #first: Rejection[] = [];
  #count = 0;

  add(row: number, code: RejectionCode, reason: string): void {
    this.#count += 1;
    if (this.#first.length < REPORTED_REJECTIONS) this.#first.push({ row, code, reason });
  }

  report(): RejectionReport {
    return { count: this.#count, first: this.#first };
  }
}

/** Two passes over the same rows as one report, ordered by row. */
export function mergeRejections(a: RejectionReport, b: RejectionReport): RejectionReport {
  const first = [...a.first, ...b.first].sort((x, y) => x.row - y.row);
  return { count: a.count + b.count, first: first.slice(0, REPORTED_REJECTIONS) };
}

/** The refusal of a whole import; its complaints name the first rejected rows. */
export function rejectionError(report: RejectionReport, rows: number): UserError {
  const shown = report.count > report.first.length ? `, the first ${report.first.length}` : "";
  const summary = `${report.count} of ${rows} rows rejected, nothing was imported${shown}`;
  return new UserError(
    "VALIDATION",
    [
      complaint("rows", summary, report.count, 0),
      ...report.first.map((r) => complaint(`row ${r.row}`, r.reason, r.code)),
    ],
    { rejectedRows: report.count, rows },
  );
}
