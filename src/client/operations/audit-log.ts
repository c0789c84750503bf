// Generated from audit-log.graphql by `npm run client`; not edited.

import type { Operation } from "../operation.ts";

export interface AuditLogVariables {
  readonly first: number;
  readonly after?: string | null | undefined;
}

export type AuditLogData = {
  readonly auditLog: {
    readonly edges: readonly {
      readonly node: {
        readonly at: string;
        readonly owner: string;
        readonly tokenId: string | null;
        readonly action: string;
        readonly target: string | null;
        readonly outcome: string;
        readonly requestId: string | null;
      };
    }[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  };
};

export const auditLog: Operation<AuditLogData, AuditLogVariables> = {
  kind: "query",
  name: "auditLog",

  text: `query auditLog($first: Int!, $after: String) {
  auditLog(first: $first, after: $after) {
    edges {
      node {
        at
        owner
        tokenId
        action
        target
        outcome
        requestId
      }
    }
    pageInfo {
      ...Page
    }
  }
}
fragment Page on PageInfo {
  hasNextPage
  endCursor
}`,
};
