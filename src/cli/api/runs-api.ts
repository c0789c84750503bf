import type { ProgressView, RunRow, RunSummary } from "../run-view.ts";
import { type ApiClient, FAILURE_FIELDS, successOf } from "./client.ts";

/** What the command line asks a server about runs. Ids are without the type in front. */

export const VARIANT_FIELDS =
  "params { name number text } stopLossPct trailingStopPct takeProfitPct";
const METRIC_FIELDS =
  "totalReturnPct maxDrawdownPct returnOverMaxDrawdown profitFactor winRatePct numTrades " +
  "expectancyPct sharpe sortino calmar";
const SUMMARY_FIELDS = `
  id state stage label done total digest createdAt startedAt finishedAt
  dataset { name } error { code message }
`;
const PROGRESS_FIELDS = `
  state stage done total variantsPerSecond etaSeconds
  best { ${VARIANT_FIELDS} metrics { ${METRIC_FIELDS} } }
`;

/** Rows a page that every server allows. */
const PAGE_ROWS = 100;

export interface ApiVariant {
  readonly params: readonly { name: string; number: number | null; text: string | null }[];
  readonly stopLossPct: number | null;
  readonly trailingStopPct: number | null;
  readonly takeProfitPct: number | null;
  readonly metrics: Readonly<Record<string, number | null>>;
}

type ApiRow = ApiVariant & { readonly rank: number };

type ApiRun = Omit<RunSummary, "dataset"> & { readonly dataset: { readonly name: string } | null };

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
  const query = `mutation ($input: StartRunInput!) {
    startRun(input: $input) {
      ${FAILURE_FIELDS}
      ... on StartRunPayload {
        run { ${SUMMARY_FIELDS} estimate { stageAVariants stageBVariants bars } }
      }
    }
  }`;
  type Run = ApiRun & Pick<StartedRun, "estimate">;
  const input = { request, idempotencyKey: key };
  const data = await api.request<{ startRun: { run: Run } }>(query, { input });
  const { estimate, ...run } = successOf(data.startRun, "StartRunPayload").run;
  return { run: summaryOf(run), estimate };
}

export async function cancelRun(
  api: ApiClient,
  runId: string,
  reason: string,
): Promise<RunSummary> {
  const query = `mutation ($input: CancelRunInput!) {
    cancelRun(input: $input) {
      ${FAILURE_FIELDS} ... on CancelRunPayload { run { ${SUMMARY_FIELDS} } }
    }
  }`;
  const input = { id: globalId(runId), reason };
  const data = await api.request<{ cancelRun: { run: ApiRun } }>(query, { input });
  return summaryOf(successOf(data.cancelRun, "CancelRunPayload").run);
}

export async function changeRun(
  api: ApiClient,
  runId: string,
  change: "pause" | "resume" | "retry",
): Promise<RunSummary> {
  const name = `${change[0].toUpperCase()}${change.slice(1)}Run`;
  const query = `mutation ($input: ${name}Input!) {
    changed: ${change}Run(input: $input) {
      ${FAILURE_FIELDS} ... on ${name}Payload { run { ${SUMMARY_FIELDS} } }
    }
  }`;
  const input = { id: globalId(runId) };
  const data = await api.request<{ changed: { run: ApiRun } }>(query, { input });
  return summaryOf(successOf(data.changed, `${name}Payload`).run);
}

export async function deleteRun(api: ApiClient, runId: string): Promise<void> {
  const query = `mutation ($input: DeleteRunInput!) {
    deleteRun(input: $input) { ${FAILURE_FIELDS} ... on DeleteRunPayload { deletedRunId } }
  }`;
  const input = { id: globalId(runId) };
  const data = await api.request<{ deleteRun: object }>(query, { input });
  successOf(data.deleteRun, "DeleteRunPayload");
}

/** Newest first. */
export async function listRuns(api: ApiClient, limit: number): Promise<RunSummary[]> {
  const query = `query ($first: Int!, $after: String) {
    runs(first: $first, after: $after) {
      edges { node { ${SUMMARY_FIELDS} } } pageInfo { hasNextPage endCursor }
    }
  }`;
  const runs = await allPages(limit, async (page) => {
    const data = await api.request<{ runs: ApiConnection<ApiRun> }>(query, page);
    return data.runs;
  });
  return runs.map(summaryOf);
}

export async function runSummary(api: ApiClient, runId: string): Promise<RunSummary | null> {
  const query = `query ($id: ID!) { run(id: $id) { ${SUMMARY_FIELDS} } }`;
  const data = await api.request<{ run: ApiRun | null }>(query, { id: globalId(runId) });
  return data.run === null ? null : summaryOf(data.run);
}

/** Best rows of a run; null when there is no such run. */
export async function topRows(
  api: ApiClient,
  runId: string,
  limit: number,
): Promise<RunRow[] | null> {
  const query = `query ($id: ID!, $first: Int!, $after: String) {
    run(id: $id) {
      top(first: $first, after: $after) {
        edges { node { rank ${VARIANT_FIELDS} metrics { ${METRIC_FIELDS} } } }
        pageInfo { hasNextPage endCursor }
      }
    }
  }`;
  let exists = true;
  const rows = await allPages(limit, async (page) => {
    const variables = { id: globalId(runId), ...page };
    const data = await api.request<{ run: { top: ApiConnection<ApiRow> } | null }>(
      query,
      variables,
    );
    exists &&= data.run !== null;
    return data.run?.top ?? null;
  });
  return exists ? rows.map((row) => ({ ...variantOf(row), rank: row.rank })) : null;
}

/** Progress of a run over a websocket, from where it is to its end. */
export async function* followProgress(
  api: ApiClient,
  runId: string,
  signal?: AbortSignal,
): AsyncGenerator<ProgressView> {
  const query = `subscription ($id: ID!) { runProgress(id: $id) { ${PROGRESS_FIELDS} } }`;
  type Event = Omit<ProgressView, "best"> & { readonly best: ApiVariant | null };
  const events = api.subscribe<{ runProgress: Event }>(query, { id: globalId(runId) }, signal);
  for await (const { runProgress } of events) {
    yield {
      ...runProgress,
      best: runProgress.best === null ? null : knownMetrics(variantOf(runProgress.best)),
    };
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
