// Generated from variant-report.graphql by `npm run client`; not edited.

import type { Operation } from "../operation.ts";

export interface VariantReportVariables {
  readonly id: string;
  readonly rank: number;
  readonly points?: number | null | undefined;
}

export type VariantReportData = {
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
          readonly rank: number | null;
          readonly variantIndex: number;
          readonly variantKey: string;
          readonly params: readonly {
            readonly name: string;
            readonly number: number | null;
            readonly text: string | null;
          }[];
          readonly stopLossPct: number | null;
          readonly trailingStopPct: number | null;
          readonly takeProfitPct: number | null;
          readonly start: string | null;
          readonly end: string | null;
          readonly startCash: number;
          readonly endEquity: number;
          readonly figures: readonly { readonly name: string; readonly value: number | null }[];
          readonly table: readonly { readonly label: string; readonly text: string }[];
          readonly trials: { readonly count: number; readonly sharpeVariance: number | null };
          readonly trades: { readonly totalCount: number };
          readonly equity: readonly { readonly time: string; readonly value: number | null }[];
          readonly drawdown: readonly { readonly time: string; readonly value: number | null }[];
        };
  } | null;
};

export const variantReport: Operation<VariantReportData, VariantReportVariables> = {
  kind: "query",
  name: "variantReport",

  text: `query variantReport($id: ID!, $rank: Int!, $points: Int) {
  run(id: $id) {
    variantReport(rank: $rank, points: $points) {
      ...Failure
      ... on VariantReport {
        __typename
        rank
        variantIndex
        variantKey
        ...VariantChoice
        start
        end
        startCash
        endEquity
        figures {
          name
          value
        }
        table {
          label
          text
        }
        trials {
          count
          sharpeVariance
        }
        trades(first: 0) {
          totalCount
        }
        equity {
          time
          value
        }
        drawdown {
          time
          value
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
fragment VariantChoice on Variant {
  params {
    name
    number
    text
  }
  stopLossPct
  trailingStopPct
  takeProfitPct
}`,
};
