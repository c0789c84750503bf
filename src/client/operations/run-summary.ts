// Generated from run-summary.graphql by `npm run client`; not edited.

import type { Operation } from "../operation.ts";

export interface RunSummaryVariables {
  readonly id: string;
}

export type RunSummaryData = {
  readonly run: {
    readonly id: string;
    readonly state:
      | "CANCELLED"
      | "FAILED"
      | "PAUSED"
      | "QUEUED"
      | "RUNNING"
      | "SUCCEEDED"
      | "TIMED_OUT";
    readonly stage: "FINALIZING" | "STAGE_A" | "STAGE_B";
    readonly label: string | null;
    readonly done: number;
    readonly total: number;
    readonly digest: string | null;
    readonly createdAt: string;
    readonly startedAt: string | null;
    readonly finishedAt: string | null;
    readonly dataset: { readonly name: string } | null;
    readonly error: { readonly code: string; readonly message: string } | null;
  } | null;
};

export const runSummary: Operation<RunSummaryData, RunSummaryVariables> = {
  kind: "query",
  name: "runSummary",

  text: `query runSummary($id: ID!) {
  run(id: $id) {
    ...Summary
  }
}
fragment Summary on Run {
  id
  state
  stage
  label
  done
  total
  digest
  createdAt
  startedAt
  finishedAt
  dataset {
    name
  }
  error {
    code
    message
  }
}`,
};
