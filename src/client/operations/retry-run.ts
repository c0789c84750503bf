// Generated from retry-run.graphql by `npm run client`; not edited.

import type { Operation } from "../operation.ts";

import type { RetryRunInput } from "./inputs.ts";

export interface RetryRunVariables {
  readonly input: RetryRunInput;
}

export type RetryRunData = {
  readonly retryRun:
    | {
        readonly __typename: "Conflict" | "Forbidden" | "NotFound" | "QueueFull" | "QuotaExceeded";
        readonly code:
          | "CONFLICT"
          | "DEADLINE_EXCEEDED"
          | "FORBIDDEN"
          | "GRID_TOO_LARGE"
          | "IDEMPOTENCY_CONFLICT"
          | "MEMORY_BUDGET_EXCEEDED"
          | "NOT_FOUND"
          | "QUEUE_FULL"
          | "QUOTA_EXCEEDED"
          | "SERVICE_OVERLOADED"
          | "VALIDATION";
        readonly message: string;
        readonly path: string | null;
      }
    | {
        readonly __typename: "RetryRunPayload";
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
        };
      }
    | {
        readonly __typename: "ValidationError";
        readonly code:
          | "CONFLICT"
          | "DEADLINE_EXCEEDED"
          | "FORBIDDEN"
          | "GRID_TOO_LARGE"
          | "IDEMPOTENCY_CONFLICT"
          | "MEMORY_BUDGET_EXCEEDED"
          | "NOT_FOUND"
          | "QUEUE_FULL"
          | "QUOTA_EXCEEDED"
          | "SERVICE_OVERLOADED"
          | "VALIDATION";
        readonly message: string;
        readonly path: string | null;
        readonly complaints: readonly {
          readonly path: string;
          readonly message: string;
          readonly value: string | null;
          readonly bound: string | null;
        }[];
      };
};

export const retryRun: Operation<RetryRunData, RetryRunVariables> = {
  kind: "mutation",
  name: "retryRun",

  text: `mutation retryRun($input: RetryRunInput!) {
  retryRun(input: $input) {
    ...Failure
    ... on RetryRunPayload {
      __typename
      run {
        ...Summary
      }
    }
  }
}
fragment Failure on Error {
  __typename
  code
  message
  path
  ... on ValidationError {
    complaints {
      path
      message
      value
      bound
    }
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
