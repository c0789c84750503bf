import type { ApiClient } from "../../client/api-client.ts";
import type { RunRequestInput } from "../../plan/request.ts";
import { toGraphqlRequest } from "../api/graphql-request.ts";
import { cancelRun, followProgress, runSummary, startRun, topRows } from "../api/runs-api.ts";
import { formatCount } from "../output/format.ts";
import { progressDisplay } from "../output/progress-bar.ts";
import type { RunRow, RunSummary } from "../run-view.ts";

const ROWS = 10;

export interface DemoResult {
  readonly run: RunSummary;
  readonly rows: readonly RunRow[];
}

/**
 * What any frontend does: startRun over HTTP, runProgress over a websocket, then the stored result.
 * The signal cancels the run; what it has found until then is the result.
 */
export async function sweepOverGraphql(
  api: ApiClient,
  request: RunRequestInput,
  signal: AbortSignal,
): Promise<DemoResult> {
  const { run, estimate } = await startRun(api, toGraphqlRequest(request), crypto.randomUUID());
  const { stageAVariants, stageBVariants, bars } = estimate;
  console.log(
    `sweep     ${formatCount(stageAVariants)} base variants, then ${formatCount(stageBVariants)} ` +
      `with stops and targets, over ${formatCount(bars)} bars\n`,
  );
  const cancel = () => void cancelRun(api, run.id, "Ctrl-C").catch(console.error);
  if (signal.aborted) cancel();
  signal.addEventListener("abort", cancel, { once: true });
  const metric = request.ranking?.primary.metric ?? "totalReturnPct";
  const display = progressDisplay(process.stdout, metric);
  try {
    for await (const progress of followProgress(api, run.id)) display.show(progress);
  } finally {
    display.stop();
    signal.removeEventListener("abort", cancel);
  }
  const ended = await runSummary(api, run.id);
  if (ended === null) throw new Error(`the server has lost run ${run.id}`);
  return { run: ended, rows: (await topRows(api, run.id, ROWS)) ?? [] };
}
