// Generated from delete-run.graphql by `npm run client`; not edited.

import type { Operation } from "../operation.ts";

import type { DeleteRunInput } from "./inputs.ts";

export interface DeleteRunVariables {
  readonly input: DeleteRunInput;
}

export type DeleteRunData = {
  readonly deleteRun:
    | {
        readonly __typename: "Conflict" | "Forbidden" | "NotFound";
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
    | { readonly __typename: "DeleteRunPayload"; readonly deletedRunId: string }
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

export const deleteRun: Operation<DeleteRunData, DeleteRunVariables> = {
  kind: "mutation",
  name: "deleteRun",

  text: `mutation deleteRun($input: DeleteRunInput!) {
  deleteRun(input: $input) {
    ...Failure
    ... on DeleteRunPayload {
      __typename
      deletedRunId
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
}`,
};
