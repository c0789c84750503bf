import { createHash } from "node:crypto";
import type { VariantReport } from "../core/report/variant-report.ts";
import { riskCells, sweepMetrics } from "../core/stages/sweep.ts";
import { StageGrid } from "../core/surfaces/stage-grid.ts";
import { complaint, UserError } from "../core/user-error.ts";
import { ColumnReader } from "../runner/column-reader.ts";
import { refuseDropped } from "../runner/run-surfaces.ts";
import type { VariantPlace } from "../runner/variant-reports.ts";
import { isTerminal, type ResultRow, type RunRecord } from "../store/records.ts";
import type { Store } from "../store/store.ts";
import { type ExportFormat, type ExportRequest, parseExportRequest } from "./export-request.ts";
import type { ExportTable } from "./export-table.ts";
import { bestTable, equityTable, tradeTable } from "./row-tables.ts";
import { variantTable } from "./variant-table.ts";
import { csvOf, jsonLinesOf } from "./write-text.ts";

/** One export, ready to be written as often as wanted: the same bytes every time. */
export interface RunExport {
  readonly fileName: string;
  readonly contentType: string;
  /** Names the bytes: equal tags are equal bytes. */
  readonly tag: string;
  bytes(): AsyncIterable<Uint8Array>;
}

export interface RunExportsOptions {
  readonly store: Store;
  readonly engineVersion: string;
  /** A variant in full, with a point a bar in its curves. */
  readonly report: (
    runId: string,
    place: VariantPlace,
    options: { readonly points: "all" },
  ) => Promise<VariantReport>;
}

/** Raised where the bytes of an export change although what is exported does not. */
const EXPORT_VERSION = 1;
const PAGE_ROWS = 1_000;

const CONTENT_TYPES: Readonly<Record<ExportFormat, string>> = {
  csv: "text/csv; charset=utf-8; header=present",
  jsonl: "application/jsonl; charset=utf-8",
  parquet: "application/vnd.apache.parquet",
};
const WRITERS = { csv: csvOf, jsonl: jsonLinesOf, parquet: parquetOf } as const;

/** Code that few servers ever need is read when the first export asks for it. */
async function* parquetOf(table: ExportTable): AsyncGenerator<Uint8Array> {
  yield* (await import("./write-parquet.ts")).parquetOf(table);
}

/** Exports of runs that have ended; memory does not grow with the rows. */
export class RunExports {
  readonly #options: RunExportsOptions;
  readonly #columns: ColumnReader;

  constructor(options: RunExportsOptions) {
    this.#options = options;
    this.#columns = new ColumnReader(options.store, 0);
  }

  /**
   * What the parameters ask for, see parseExportRequest. UserError VALIDATION for them and for a
   * number that is no variant, CONFLICT for a run that has not ended, NOT_FOUND for a rank.
   */
  async open(run: RunRecord, parameters: Readonly<Record<string, string>>): Promise<RunExport> {
    const request = parseExportRequest(parameters);
    if (!isTerminal(run.state)) {
      const message = "only a run that has ended is exported";
      throw new UserError("CONFLICT", complaint("id", message, run.state));
    }
    const { what, format } = request;
    const table = await this.#table(run, request);
    return {
      fileName: `${run.id}-${what}.${format}`,
      contentType: CONTENT_TYPES[format],
      tag: this.#tag(run, request),
      bytes: () => WRITERS[format](table),
    };
  }

  #table(run: RunRecord, request: ExportRequest): Promise<ExportTable> {
    switch (request.what) {
      case "best":
        return this.#best(run);
      case "variants":
        return this.#variants(run, request);
      case "trades":
        return this.#report(run, request).then(tradeTable);
      case "equity":
        return this.#report(run, request).then(equityTable);
    }
  }

  async #best(run: RunRecord): Promise<ExportTable> {
    const rows: ResultRow[] = [];
    for (let after: string | null = null; ; ) {
      const page = await this.#options.store.results(run.id, { first: PAGE_ROWS, after });
      rows.push(...page.items.map(({ item }) => item));
      after = page.items.at(-1)?.cursor ?? null;
      if (!page.hasNextPage) return bestTable(run.plan, rows);
    }
  }

  async #variants(run: RunRecord, { stage }: ExportRequest): Promise<ExportTable> {
    const { sweep } = run.plan;
    const { store } = this.#options;
    const shortlist = stage === "STAGE_B" ? await store.shortlist(run.id) : null;
    const cells = stage === "STAGE_B" ? riskCells(sweep) : 1;
    const chunks = await store.columnChunks(run.id, stage);
    refuseDropped(run, chunks.length);
    const metrics = sweepMetrics(sweep);
    const columns = { runId: run.id, stage, cells, chunks, count: metrics.length };
    const grid = new StageGrid(sweep, stage, shortlist);
    const blocks = () => this.#columns.blocks(columns, [...metrics.keys()]);
    return variantTable({ sweep, grid, blocks });
  }

  #report(run: RunRecord, { variant }: ExportRequest): Promise<VariantReport> {
    return this.#options.report(run.id, variant, { points: "all" });
  }

  #tag(run: RunRecord, request: ExportRequest): string {
    // A run that is taken up again has further events.
    const named = [EXPORT_VERSION, this.#options.engineVersion, run.id, run.lastSeq, request];
    return createHash("sha256").update(JSON.stringify(named)).digest("hex").slice(0, 32);
  }
}
