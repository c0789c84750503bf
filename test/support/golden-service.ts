import { fileURLToPath } from "node:url";
import type { App, RunReport } from "../../src/app.ts";
import { type GoldenResult, type GoldenSweep, goldenRow } from "./golden-sweeps.ts";

export interface GoldenRun {
  readonly result: GoldenResult;
  /** Of the best row. */
  readonly best: RunReport;
}

/** A golden sweep through the whole service: import, plan, queue, threads, store, report. */
export async function runGoldenSweep(app: App, sweep: GoldenSweep): Promise<GoldenRun> {
  const dataset = await importMarket(app, sweep.market);
  const request = { ...sweep.request, dataset };
  const { run } = await app.runs.startRun(request, null);
  const ended = await endOf(app, run.id);
  if (ended.state !== "SUCCEEDED") throw new Error(`${sweep.name} is ${ended.state}`);
  const { totalCount } = await app.store.results(run.id, { first: 0, after: null });
  const ranks = Array.from({ length: totalCount }, (_, i) => i + 1);
  const reports = await Promise.all(ranks.map((rank) => app.runs.report(run.id, { rank })));
  const [best] = reports;
  const { trials } = best;
  const rows = reports.map(goldenRow);
  return { best, result: { datasetHash: ended.datasetHash, digest: ended.digest!, trials, rows } };
}

/** Where the S&P 500 lies. */
export const SP500_PATH = fileURLToPath(
  new URL("../data/sp500-2000.csv", import.meta.resolve("vega-datasets")),
);

async function importMarket(app: App, market: GoldenSweep["market"]): Promise<string> {
  const { dataset } =
    market === "sp500"
      ? await app.datasets.importCandles({ name: "sp500", instrument: "SPX", path: SP500_PATH })
      : await app.datasets.importSynthetic(market);
  return dataset.hash;
}

async function endOf(app: App, runId: string) {
  for (;;) {
    const run = await app.store.run(runId);
    if (run?.finishedAt != null) return run;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
