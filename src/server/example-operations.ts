/** Operations GraphiQL opens with, one a tab. The tests run them. */
export interface ExampleOperation {
  readonly name: string;
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

const IMPORT = `# Import candles: a seeded synthetic market, the same bytes on every machine.
mutation ImportDataset($input: ImportDatasetInput!) {
  importDataset(input: $input) {
    ... on ImportDatasetPayload { created dataset { name hash bars start end } }
    ... on Error { code message path }
  }
}
`;

const START = `# Start a sweep. It answers at once; follow it in the next tab with the id it gives.
mutation StartRun($input: StartRunInput!) {
  startRun(input: $input) {
    ... on StartRunPayload { created run { id state total planHash } }
    ... on GridTooLarge { message stage requested allowed }
    ... on ValidationError { message complaints { path message value bound } }
    ... on Error { code message path }
  }
}
`;

const FOLLOW = `# Follow a run live: a snapshot, then every event. Unsubscribing does not cancel it.
subscription RunProgress($id: ID!, $after: Int) {
  runProgress(id: $id, after: $after) {
    seq kind state stage done total variantsPerSecond etaSeconds
    best { params { name number text } metrics { totalReturnPct maxDrawdownPct } }
  }
}
`;

const QUERY = `# The best ten rows of a run, with everything that reproduces them.
query RunTop($id: ID!, $after: String) {
  run(id: $id) {
    state stage digest planHash datasetHash engineVersion
    profile {
      wallMs threads idleMs
      loadMs indicatorsMs atomsMs eventsMs stopsMs metricsMs mergeMs persistMs
    }
    top(first: 10, after: $after) {
      totalCount
      pageInfo { hasNextPage endCursor }
      edges {
        node {
          rank params { name number text } stopLossPct trailingStopPct takeProfitPct
          metrics { totalReturnPct maxDrawdownPct returnOverMaxDrawdown profitFactor sharpe }
        }
      }
    }
  }
}
`;

const CANCEL = `# Cancel a run. Harmless to repeat; the best so far stays readable.
mutation CancelRun($input: CancelRunInput!) {
  cancelRun(input: $input) {
    ... on CancelRunPayload { run { id state cancelRequested cancelReason } }
    ... on Error { code message path }
  }
}
`;

const REPORT = `# One variant in full, computed now.
query Report($id: ID!) {
  run(id: $id) {
    variantReport(rank: 1) {
      ... on VariantReport {
        params { name number text } stopLossPct trailingStopPct takeProfitPct
        figures { name value unit better }
        trades(first: 10) {
          totalCount
          edges { node { side entryTime exitTime netProfit returnPct exitReason } }
        }
        equity { time value }
        drawdown { time value }
      }
      ... on Error { code message path }
    }
  }
}
`;

const CATALOGUE = `# What strategies can be made of.
query Catalogue {
  indicators {
    id title formula outputs
    params { name kind min max choices defaultNumber defaultText }
    defaultAxes { name numbers texts }
  }
  rules { id title operands params { name kind min max defaultNumber } }
  datasets(first: 5) { edges { node { name hash bars timeframe } } }
  service {
    engineVersion database
    pool { size busy queuedChunks }
    caches { name bytes maxBytes hits misses evictions }
  }
}
`;

const windows = (start: number, stop: number, step: number) => [
  { name: "window", axis: { range: { start, stop, step } } },
];

export const EXAMPLE_OPERATIONS: readonly ExampleOperation[] = [
  {
    name: "import",
    query: IMPORT,
    variables: {
      input: {
        name: "example",
        instrument: "SYNTH",
        source: { synthetic: { seed: 7, bars: 5_000, timeframe: "H1" } },
      },
    },
  },
  {
    name: "start",
    query: START,
    variables: {
      input: {
        idempotencyKey: "my-first-sweep",
        request: {
          dataset: "example",
          strategy: {
            indicators: [
              { name: "fast", id: "ma.sma", params: windows(5, 60, 1) },
              { name: "slow", id: "ma.sma", params: windows(20, 200, 5) },
            ],
            signals: [{ rule: "cross", of: "fast", against: "slow" }],
            constraint: "fast.window < slow.window",
          },
          risk: {
            stopLossPct: { percents: [null, 1, 2, 4] },
            takeProfitPct: { percents: [null, 2, 4, 8] },
          },
          ranking: {
            primary: { metric: "TOTAL_RETURN_PCT" },
            secondary: { metric: "MAX_DRAWDOWN_PCT" },
          },
          preselect: 200,
        },
      },
    },
  },
  { name: "follow", query: FOLLOW, variables: { id: "Run_..." } },
  { name: "query", query: QUERY, variables: { id: "Run_..." } },
  { name: "report", query: REPORT, variables: { id: "Run_..." } },
  {
    name: "cancel",
    query: CANCEL,
    variables: { input: { id: "Run_...", reason: "found a better grid" } },
  },
  { name: "catalogue", query: CATALOGUE, variables: {} },
];
