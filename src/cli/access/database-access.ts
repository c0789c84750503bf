import type { ResultRow, RunRecord, RunReport, Store } from "../../app.ts";
import type { ServiceConfig } from "../../config.ts";
import type { CurveView, ReportView, RunRow, RunSummary, TradeView } from "../run-view.ts";
import type { RunAccess } from "./run-access.ts";
import { noSuchRun } from "./server-access.ts";

const PAGE_ROWS = 100;

/** On the database itself. Throws when it cannot be opened, as when another process has it open. */
export async function openDatabaseAccess(config: ServiceConfig): Promise<RunAccess> {
  const { openReports, openStoreWithQueue } = await import("../../app.ts");
  const store = await openStoreWithQueue(config);
  return {
    list: (limit) => recentRuns(store, limit),
    top: (runId, limit) => topRows(store, runId, limit),
    report: async (runId, { rank, trades, points }) => {
      const reports = openReports(store, config);
      const options = points === undefined ? {} : { points };
      return reportView(rank, await reports.report(runId, { rank }, options), trades);
    },
    cancel: async (runId, reason) => {
      const run = await store.requestCancel(runId, reason);
      if (run === null) throw noSuchRun(runId);
      return summaryOf(store, run);
    },
    change: async (runId, change) => summaryOf(store, await store[`${change}Run`](runId)),
    delete: (runId) => store.deleteRun(runId),
    [Symbol.asyncDispose]: () => store.close(),
  };
}

async function recentRuns(store: Store, limit: number): Promise<RunSummary[]> {
  const runs = await allPages(limit, (page) => store.listRuns(page));
  return Promise.all(runs.map((run) => summaryOf(store, run)));
}

/** Stored rows of a run, best first. Throws UserError NOT_FOUND when there is no such run. */
export async function topRows(store: Store, runId: string, limit: number): Promise<RunRow[]> {
  if ((await store.run(runId)) === null) throw noSuchRun(runId);
  return allPages<ResultRow>(limit, (page) => store.results(runId, page));
}

export async function summaryOf(store: Store, run: RunRecord): Promise<RunSummary> {
  const dataset = await store.datasetByHash(run.datasetHash);
  const { id, state, stage, label, done, total, digest, error } = run;
  return {
    ...{ id, state, stage, label, done, total, digest, error },
    dataset: dataset?.name ?? run.datasetHash.slice(0, 12),
    createdAt: run.createdAt.toISOString(),
    startedAt: run.startedAt?.toISOString() ?? null,
    finishedAt: run.finishedAt?.toISOString() ?? null,
  };
}

function reportView(rank: number, report: RunReport, tradeCount: number): ReportView {
  const { variantIndex, variantKey, params, range } = report;
  const { stopLossPct, trailingStopPct, takeProfitPct } = report;
  const { startCash, endEquity, metrics, trials, table } = report;
  return {
    ...{ rank, variantIndex, variantKey, params, stopLossPct, trailingStopPct, takeProfitPct },
    start: range === null ? null : isoTime(range.startMs),
    end: range === null ? null : isoTime(range.endMs),
    ...{ startCash, endEquity, metrics, trials, table },
    tradeCount: report.trades.length,
    trades: report.trades.slice(0, tradeCount).map(tradeView),
    equity: report.equity.map(curveView),
    drawdownPct: report.drawdownPct.map(curveView),
  };
}

function tradeView(trade: RunReport["trades"][number]): TradeView {
  const { entryPrice, exitPrice, entryFill, exitFill, stake, quantity } = trade;
  const { entryFee, exitFee, funding, grossProfit, netProfit, returnPct, exitReason } = trade;
  return {
    side: trade.direction,
    entryTime: isoTime(trade.entryTimeMs),
    exitTime: isoTime(trade.exitTimeMs),
    ...{ entryPrice, exitPrice, entryFill, exitFill, stake, quantity },
    ...{ entryFee, exitFee, funding, grossProfit, netProfit, returnPct, exitReason },
  };
}

function curveView({ timeMs, value }: RunReport["equity"][number]): CurveView {
  return { time: isoTime(timeMs), value: Number.isFinite(value) ? value : null };
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}

type StorePage = Parameters<Store["listRuns"]>[0];

interface StoredPage<T> {
  readonly items: readonly { readonly cursor: string; readonly item: T }[];
  readonly hasNextPage: boolean;
}

async function allPages<T>(
  limit: number,
  fetchPage: (page: StorePage) => Promise<StoredPage<T>>,
): Promise<T[]> {
  const found: T[] = [];
  for (let after: string | null = null; found.length < limit; ) {
    const first = Math.min(limit - found.length, PAGE_ROWS);
    const page = await fetchPage({ first, after });
    found.push(...page.items.map(({ item }) => item));
    after = page.items.at(-1)?.cursor ?? null;
    if (!page.hasNextPage || after === null) break;
  }
  return found;
}
