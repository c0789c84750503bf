// Generated from report-trades.graphql by `npm run client`; not edited.

import type { Operation } from "../operation.ts";

export interface ReportTradesVariables {
  readonly id: string;
  readonly rank: number;
  readonly first: number;
  readonly after?: string | null | undefined;
}

export type ReportTradesData = {
  readonly run: {
    readonly variantReport:
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
        }
      | {
          readonly __typename: "VariantReport";
          readonly trades: {
            readonly edges: readonly {
              readonly node: {
                readonly side: "LONG" | "SHORT";
                readonly entryTime: string;
                readonly exitTime: string;
                readonly entryPrice: number;
                readonly exitPrice: number;
                readonly entryFill: number;
                readonly exitFill: number;
                readonly stake: number;
                readonly quantity: number;
                readonly entryFee: number;
                readonly exitFee: number;
                readonly funding: number;
                readonly grossProfit: number;
                readonly netProfit: number;
                readonly returnPct: number;
                readonly exitReason:
                  | "FORCED"
                  | "SIGNAL"
                  | "STOP_LOSS"
                  | "TAKE_PROFIT"
                  | "TRAILING_STOP";
              };
            }[];
            readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
          };
        };
  } | null;
};

export const reportTrades: Operation<ReportTradesData, ReportTradesVariables> = {
  kind: "query",
  name: "reportTrades",

  text: `query reportTrades($id: ID!, $rank: Int!, $first: Int!, $after: String) {
  run(id: $id) {
    variantReport(rank: $rank, points: 4) {
      ...Failure
      ... on VariantReport {
        __typename
        trades(first: $first, after: $after) {
          edges {
            node {
              side
              entryTime
              exitTime
              entryPrice
              exitPrice
              entryFill
              exitFill
              stake
              quantity
              entryFee
              exitFee
              funding
              grossProfit
              netProfit
              returnPct
              exitReason
            }
          }
          pageInfo {
            ...Page
          }
        }
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
fragment Page on PageInfo {
  hasNextPage
  endCursor
}`,
};
