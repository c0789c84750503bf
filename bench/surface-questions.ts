import { loadConfig, type ServiceConfig } from "../src/config.ts";

/** Questions to the metric columns of the run that `sizedRequest` makes, each a field of it. */
const [X, Y] = [`x: "rsi.window"`, `y: "signal.rsi.long"`];
const SURFACE = "... on Surface { complete values counts undefinedCounts x { name } y { name } }";
const STATISTICS = "count undefinedCount mean deviation min max median";

export const QUESTIONS: Readonly<Record<string, string>> = {
  surface: `surface(${X}, ${Y}, metric: SHARPE) { ${SURFACE} ... on Error { message } }`,
  "median surface": `surface(${X}, ${Y}, metric: SHARPE, reduce: MEDIAN) {
    ${SURFACE} ... on Error { message } }`,
  marginals: `marginals(metric: SHARPE) {
    ... on Marginals { complete axes { axis points { value { number } ${STATISTICS} } } }
    ... on Error { message } }`,
  "filtered marginals": `marginals(metric: SHARPE, where: {
      parameters: [{ name: "ema.window", min: 40 }] metrics: [{ metric: MAX_DRAWDOWN_PCT, max: 20 }]
    }) {
    ... on Marginals { complete axes { axis points { value { number } ${STATISTICS} } } }
    ... on Error { message } }`,
  distribution: `distribution(metric: SHARPE, bins: 50, quantiles: [0.05, 0.25, 0.5, 0.75, 0.95]) {
    ... on Distribution { complete count mean deviation quantiles { p value } bins { from count } }
    ... on Error { message } }`,
  neighbours: `neighbours(variantIndex: 471100, metric: SHARPE, radius: 3) {
    ... on Neighbourhood { complete value median plateauScore rings { mean worst retained }
      neighbours { axis distance metric } }
    ... on Error { message } }`,
  "filtered rank": `rank(first: 100, orderBy: { metric: MAX_DRAWDOWN_PCT }, where: {
      parameters: [{ name: "ema.window", min: 40 }] metrics: [{ metric: SHARPE, min: 0.1 }]
    }) { complete totalCount edges { node { variantIndex variantKey params { name number }
      metrics { sharpe maxDrawdownPct } } } }`,
  rank: `rank(first: 100, orderBy: { metric: SHARPE }) {
    complete totalCount edges { node { variantIndex variantKey params { name number }
      metrics { sharpe maxDrawdownPct } } } }`,
};

export function surfaceConfig(dataDir: string, databaseUrl?: string): ServiceConfig {
  const guards = { maxVariantsPerStage: 2_000_000, maxBytes: "8GiB" };
  const database = databaseUrl === undefined ? {} : { databaseUrl };
  const flags = { dataDir, ...database, guards, log: { level: "error" } };
  return loadConfig({ environment: {}, flags });
}
