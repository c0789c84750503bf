// Generated from list-tokens.graphql by `npm run client`; not edited.

import type { Operation } from "../operation.ts";

export interface ListTokensVariables {
  readonly first: number;
  readonly after?: string | null | undefined;
}

export type ListTokensData = {
  readonly tokens: {
    readonly edges: readonly {
      readonly node: {
        readonly id: string;
        readonly name: string;
        readonly owner: string;
        readonly scope: "ADMIN" | "READ" | "RUN";
        readonly createdAt: string;
        readonly expiresAt: string | null;
        readonly revokedAt: string | null;
      };
    }[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  };
};

export const listTokens: Operation<ListTokensData, ListTokensVariables> = {
  kind: "query",
  name: "listTokens",

  text: `query listTokens($first: Int!, $after: String) {
  tokens(first: $first, after: $after) {
    edges {
      node {
        ...TokenFields
      }
    }
    pageInfo {
      ...Page
    }
  }
}
fragment TokenFields on Token {
  id
  name
  owner
  scope
  createdAt
  expiresAt
  revokedAt
}
fragment Page on PageInfo {
  hasNextPage
  endCursor
}`,
};
