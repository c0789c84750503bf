// Generated from run-progress.graphql by `npm run client`; not edited.

import type { Operation } from "../operation.ts";

export interface RunProgressVariables {
  readonly id: string;
  readonly after?: number | null | undefined;
}

export type RunProgressData = {
  readonly runProgress: {
    readonly seq: number;
    readonly kind:
      | "CANCELLED"
      | "FAILED"
      | "PAUSED"
      | "PROGRESS"
      | "QUEUED"
      | "RESUMED"
      | "RETRIED"
      | "SNAPSHOT"
      | "STAGE"
      | "STARTED"
      | "SUCCEEDED"
      | "TIMED_OUT";
    readonly state:
      | "CANCELLED"
      | "FAILED"
      | "PAUSED"
      | "QUEUED"
      | "RUNNING"
      | "SUCCEEDED"
      | "TIMED_OUT";
    readonly stage: "FINALIZING" | "STAGE_A" | "STAGE_B";
    readonly done: number;
    readonly total: number;
    readonly variantsPerSecond: number | null;
    readonly etaSeconds: number | null;
    readonly message: string | null;
    readonly best: {
      readonly params: readonly {
        readonly name: string;
        readonly number: number | null;
        readonly text: string | null;
      }[];
      readonly stopLossPct: number | null;
      readonly trailingStopPct: number | null;
      readonly takeProfitPct: number | null;
      readonly metrics: {
        readonly totalReturnPct: number | null;
        readonly maxDrawdownPct: number | null;
        readonly returnOverMaxDrawdown: number | null;
        readonly profitFactor: number | null;
        readonly winRatePct: number | null;
        readonly numTrades: number | null;
        readonly expectancyPct: number | null;
        readonly sharpe: number | null;
        readonly sortino: number | null;
        readonly calmar: number | null;
      };
    } | null;
  };
};

export const runProgress: Operation<RunProgressData, RunProgressVariables> = {
  kind: "subscription",
  name: "runProgress",

  text: `subscription runProgress($id: ID!, $after: Int) {
  runProgress(id: $id, after: $after) {
    seq
    kind
    state
    stage
    done
    total
    variantsPerSecond
    etaSeconds
    message
    best {
      ...VariantChoice
      metrics {
        ...RankingMetrics
      }
    }
  }
}
fragment VariantChoice on Variant {
  params {
    name
    number
    text
  }
  stopLossPct
  trailingStopPct
  takeProfitPct
}
fragment RankingMetrics on Metrics {
  totalReturnPct
  maxDrawdownPct
  returnOverMaxDrawdown
  profitFactor
  winRatePct
  numTrades
  expectancyPct
  sharpe
  sortino
  calmar
}`,
};
