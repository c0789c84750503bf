// Generated from list-runs.graphql by `npm run client`; not edited.

import type { Operation } from "../operation.ts";

export interface ListRunsVariables {
  readonly first: number;
  readonly after?: string | null | undefined;
}

export type ListRunsData = {
  readonly runs: {
    readonly edges: readonly {
      readonly node: {
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
    }[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  };
};

export const listRuns: Operation<ListRunsData, ListRunsVariables> = {
  kind: "query",
  name: "listRuns",

  text: `query listRuns($first: Int!, $after: String) {
  runs(first: $first, after: $after) {
    edges {
      node {
        ...Summary
      }
    }
    pageInfo {
      ...Page
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
}
fragment Page on PageInfo {
  hasNextPage
  endCursor
}`,
};
