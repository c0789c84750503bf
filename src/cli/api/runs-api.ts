import type { ApiClient } from "../../client/api-client.ts";
import { followRun } from "../../client/follow-run.ts";
import { cancelRun as cancelRunOperation } from "../../client/operations/cancel-run.ts";
import { deleteRun as deleteRunOperation } from "../../client/operations/delete-run.ts";
import type { RunRequestInput } from "../../client/operations/inputs.ts";
import { listRuns as listRunsOperation } from "../../client/operations/list-runs.ts";
import { pauseRun } from "../../client/operations/pause-run.ts";
import { resumeRun } from "../../client/operations/resume-run.ts";
import { retryRun } from "../../client/operations/retry-run.ts";
import {
  type RunSummaryData,
  runSummary as runSummaryOperation,
} from "../../client/operations/run-summary.ts";
import { startRun as startRunOperation } from "../../client/operations/start-run.ts";
import { topRows as topRowsOperation } from "../../client/operations/top-rows.ts";
import type { ProgressView, RunRow, RunSummary } from "../run-view.ts";
import { successOf } from "./success-of.ts";

/** What the command line asks a server about runs. Ids are without the type in front. */

/** Rows a page that every server allows. */
const PAGE_ROWS = 100;

export interface ApiVariant {
  readonly params: readonly { name: string; number: number | null; text: string | null }[];
  readonly stopLossPct: number | null;
  readonly trailingStopPct: number | null;
  readonly takeProfitPct: number | null;
  readonly metrics: Readonly<Record<string, number | null>>;
}

type ApiRun = NonNullable<RunSummaryData["run"]>;

export interface ApiConnection<Node> {
  readonly edges: readonly { readonly node: Node }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

export interface StartedRun {
  readonly run: RunSummary;
  readonly estimate: Readonly<Record<"stageAVariants" | "stageBVariants" | "bars", number>>;
}

/** Throws UserError for whatever the server refuses. */
export async function startRun(api: ApiClient, request: object, key: string): Promise<StartedRun> {
  const input = { request: request as RunRequestInput, idempotencyKey: key };
  const data = await api.request(startRunOperation, { input });
  const { estimate, ...run } = successOf(data.startRun, "StartRunPayload").run;
  return { run: summaryOf(run), estimate };
}

export async function cancelRun(
  api: ApiClient,
  runId: string,
  reason: string,
): Promise<RunSummary> {
  const data = await api.request(cancelRunOperation, { input: { id: globalId(runId), reason } });
  return summaryOf(successOf(data.cancelRun, "CancelRunPayload").run);
}

export async function changeRun(
  api: ApiClient,
  runId: string,
  change: "pause" | "resume" | "retry",
): Promise<RunSummary> {
  const variables = { input: { id: globalId(runId) } };
  switch (change) {
    case "pause": {
      const data = await api.request(pauseRun, variables);
      return summaryOf(successOf(data.pauseRun, "PauseRunPayload").run);
    }
    case "resume": {
      const data = await api.request(resumeRun, variables);
      return summaryOf(successOf(data.resumeRun, "ResumeRunPayload").run);
    }
    case "retry": {
      const data = await api.request(retryRun, variables);
      return summaryOf(successOf(data.retryRun, "RetryRunPayload").run);
    }
  }
}

export async function deleteRun(api: ApiClient, runId: string): Promise<void> {
  const data = await api.request(deleteRunOperation, { input: { id: globalId(runId) } });
  successOf(data.deleteRun, "DeleteRunPayload");
}

/** Newest first. */
export async function listRuns(api: ApiClient, limit: number): Promise<RunSummary[]> {
  const runs = await allPages(limit, async (page) => {
    return (await api.request(listRunsOperation, page)).runs;
  });
  return runs.map(summaryOf);
}

export async function runSummary(api: ApiClient, runId: string): Promise<RunSummary | null> {
  const { run } = await api.request(runSummaryOperation, { id: globalId(runId) });
  return run === null ? null : summaryOf(run);
}

/** Best rows of a run; null when there is no such run. */
export async function topRows(
  api: ApiClient,
  runId: string,
  limit: number,
): Promise<RunRow[] | null> {
  let exists = true;
  const rows = await allPages(limit, async (page) => {
    const { run } = await api.request(topRowsOperation, { id: globalId(runId), ...page });
    exists &&= run !== null;
    return run?.top ?? null;
  });
  return exists ? rows.map((row) => ({ ...variantOf(row), rank: row.rank })) : null;
}

/** Progress of a run from where it is to its end, however often the connection is lost. */
export async function* followProgress(
  api: ApiClient,
  runId: string,
  signal?: AbortSignal,
): AsyncGenerator<ProgressView> {
  const options = signal === undefined ? {} : { signal };
  for await (const event of followRun(api, globalId(runId), options)) {
    const best = event.best === null ? null : knownMetrics(variantOf(event.best));
    yield { ...event, best };
  }
}

export async function allPages<Node>(
  limit: number,
  fetchPage: (page: { first: number; after: string | null }) => Promise<ApiConnection<Node> | null>,
): Promise<Node[]> {
  const nodes: Node[] = [];
  for (let after: string | null = null; nodes.length < limit; ) {
    const first = Math.min(limit - nodes.length, PAGE_ROWS);
    const page = await fetchPage({ first, after });
    if (page === null) break;
    nodes.push(...page.edges.map((edge) => edge.node));
    after = page.pageInfo.endCursor;
    if (!page.pageInfo.hasNextPage) break;
  }
  return nodes;
}

export function variantOf(variant: ApiVariant): Omit<RunRow, "rank"> {
  const { stopLossPct, trailingStopPct, takeProfitPct, metrics } = variant;
  const params = variant.params.map(({ name, number, text }) => [name, number ?? text ?? ""]);
  const risk = { stopLossPct, trailingStopPct, takeProfitPct };
  return { params: Object.fromEntries(params), ...risk, metrics };
}

/** Of the best so far only the ranking metrics are known; the others are null. */
function knownMetrics(variant: Omit<RunRow, "rank">): Omit<RunRow, "rank"> {
  const known = Object.entries(variant.metrics).filter(([, value]) => value !== null);
  return { ...variant, metrics: Object.fromEntries(known) };
}

function summaryOf(run: ApiRun): RunSummary {
  return { ...run, id: run.id.replace(/^Run_/, ""), dataset: run.dataset?.name ?? "" };
}

export function globalId(runId: string): string {
  return `Run_${runId}`;
}
