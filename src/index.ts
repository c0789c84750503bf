/**
 * The facade for notebooks and scripts: the whole service in their own process, without a server.
 *
 *   const app = await createApp(loadConfig({ flags: { dataDir: "my-data" } }));
 *   const { dataset } = await app.datasets.importCandles({ name: "btc", path: "btc.csv" });
 *   const { rows, digest } = await app.runs.backtest({ dataset: dataset.hash, strategy: ... });
 *   await app.close();
 */
export { type App, type AppOptions, createApp, openDatasets } from "./app.ts";
export { type ConfigSources, loadConfig, type ServiceConfig } from "./config.ts";
export {
  checkLookahead,
  type LookaheadFinding,
  type LookaheadOptions,
  type LookaheadReport,
} from "./core/canary/check-lookahead.ts";
export { checkWarmup, type WarmupNeed, type WarmupReport } from "./core/canary/check-warmup.ts";
export {
  type Execution,
  type ReferenceInput,
  runReference,
} from "./core/execution/reference-engine.ts";
export { downsample } from "./core/report/downsample.ts";
export { buildReport, type Report, type ReportInput } from "./core/report/report.ts";
export { reportMarkdown, reportRows, tableRows } from "./core/report/table.ts";
export {
  type CurvePoint,
  type ReportTrade,
  type VariantChoice,
  type VariantReport,
  variantReport,
} from "./core/report/variant-report.ts";
export { type Complaint, UserError } from "./core/user-error.ts";
export { ENGINE_VERSION } from "./engine-version.ts";
export { csvSource } from "./market-data/csv.ts";
export { syntheticCandles } from "./market-data/synthetic.ts";
export { DEFAULT_GUARDS, type Guards } from "./plan/guards.ts";
export { type Market, makePlan, type PlanOptions } from "./plan/make-plan.ts";
export { parseRunRequest } from "./plan/parse-request.ts";
export type { RunRequest, RunRequestInput } from "./plan/request.ts";
export type { RunPlan } from "./plan/run-plan.ts";
export type { ReportOptions, RunReport, VariantPlace } from "./runner/variant-reports.ts";
