// Generated from top-rows.graphql by `npm run client`; not edited.

import type { Operation } from "../operation.ts";

export interface TopRowsVariables {
  readonly id: string;
  readonly first: number;
  readonly after?: string | null | undefined;
}

export type TopRowsData = {
  readonly run: {
    readonly top: {
      readonly edges: readonly {
        readonly node: {
          readonly rank: number;
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
        };
      }[];
      readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
    };
  } | null;
};

export const topRows: Operation<TopRowsData, TopRowsVariables> = {
  kind: "query",
  name: "topRows",

  text: `query topRows($id: ID!, $first: Int!, $after: String) {
  run(id: $id) {
    top(first: $first, after: $after) {
      edges {
        node {
          rank
          ...VariantChoice
          metrics {
            ...RankingMetrics
          }
        }
      }
      pageInfo {
        ...Page
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
}
fragment Page on PageInfo {
  hasNextPage
  endCursor
}`,
};
