/** Requests of the tests, as GraphQL variables. */
export const FAILURES = `
  __typename
  ... on Error { code message path }
  ... on ValidationError { complaints { path message value bound } }
`;
const GUARDS = `
  ... on GridTooLarge { stage requested allowed }
  ... on MemoryBudgetExceeded { requestedBytes: requested allowedBytes: allowed }
`;

const PROFILE =
  "wallMs threads idleMs loadMs indicatorsMs atomsMs eventsMs stopsMs metricsMs mergeMs persistMs";

export const START = `mutation ($input: StartRunInput!) {
  startRun(input: $input) {
    ... on StartRunPayload { created run { id state total } }
    ... on QueueFull { retryAfterMs }
    ${FAILURES} ${GUARDS}
  }
}`;

export const ESTIMATE = `query ($request: RunRequestInput!) {
  estimateRun(request: $request) {
    ... on RunEstimate { indexSpace stageAVariants stageBVariants bars bytes seconds planHash }
    ${FAILURES} ${GUARDS}
  }
}`;

export const BACKTEST = `mutation ($input: RunBacktestInput!) {
  runBacktest(input: $input) {
    ... on Backtest {
      digest elapsedMs totalCount kernels
      profile { ${PROFILE} }
      top(first: 3) { rank variantKey }
      estimate { planHash }
    }
    ${FAILURES} ${GUARDS}
  }
}`;

export const CANCEL = `mutation ($input: CancelRunInput!) {
  cancelRun(input: $input) { ... on CancelRunPayload { run { id state cancelReason } } ${FAILURES} }
}`;

export const RETRY = `mutation ($input: RetryRunInput!) {
  retryRun(input: $input) { ... on RetryRunPayload { run { id state } } ${FAILURES} }
}`;

export const PAUSE = `mutation ($input: PauseRunInput!) {
  pauseRun(input: $input) { ... on PauseRunPayload { run { id state } } ${FAILURES} }
}`;

export const RESUME = `mutation ($input: ResumeRunInput!) {
  resumeRun(input: $input) { ... on ResumeRunPayload { run { id state } } ${FAILURES} }
}`;

export const DELETE = `mutation ($input: DeleteRunInput!) {
  deleteRun(input: $input) { ... on DeleteRunPayload { deletedRunId } ${FAILURES} }
}`;

export const IMPORT = `mutation ($input: ImportDatasetInput!) {
  importDataset(input: $input) {
    ... on ImportDatasetPayload {
      created rejectedCount rejected { row code reason }
      dataset { id hash name bars timeframe start end gaps { count missingBars } }
    }
    ${FAILURES}
  }
}`;

export const FOLLOW = `subscription ($id: ID!, $after: Int) {
  runProgress(id: $id, after: $after) { seq kind state stage done total }
}`;

interface Grid {
  readonly fast: readonly [number, number, number];
  readonly slow: readonly [number, number, number];
}

/** A cross of two moving averages over a grid of windows. */
export function crossRequest(dataset: string, grid: Grid, overrides: object = {}): object {
  const window = ([start, stop, step]: readonly [number, number, number]) => [
    { name: "window", axis: { range: { start, stop, step } } },
  ];
  return {
    dataset,
    strategy: {
      indicators: [
        { name: "fast", id: "ma.sma", params: window(grid.fast) },
        { name: "slow", id: "ma.sma", params: window(grid.slow) },
      ],
      signals: [{ rule: "cross", of: "fast", against: "slow" }],
      constraint: "fast.window < slow.window",
    },
    ranking: { primary: { metric: "TOTAL_RETURN_PCT" } },
    preselect: 50,
    ...overrides,
  };
}

/** A few hundred variants: done in milliseconds. */
export const SMALL: Grid = { fast: [2, 20, 1], slow: [10, 60, 5] };
/** Hundreds of thousands: still at work when a test wants to stop it. */
export const LARGE: Grid = { fast: [2, 500, 1], slow: [2, 1000, 1] };

/** Variants of a grid that its constraint leaves. */
export function crossVariants({ fast, slow }: Grid): number {
  const values = ([start, stop, step]: readonly [number, number, number]) =>
    Array.from({ length: (stop - start) / step + 1 }, (_, i) => start + i * step);
  return values(fast).flatMap((f) => values(slow).filter((s) => f < s)).length;
}
