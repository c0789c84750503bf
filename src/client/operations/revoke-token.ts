// Generated from revoke-token.graphql by `npm run client`; not edited.

import type { Operation } from "../operation.ts";

import type { RevokeTokenInput } from "./inputs.ts";

export interface RevokeTokenVariables {
  readonly input: RevokeTokenInput;
}

export type RevokeTokenData = {
  readonly revokeToken:
    | {
        readonly __typename: "Forbidden" | "NotFound";
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
        readonly __typename: "RevokeTokenPayload";
        readonly token: {
          readonly id: string;
          readonly name: string;
          readonly owner: string;
          readonly scope: "ADMIN" | "READ" | "RUN";
          readonly createdAt: string;
          readonly expiresAt: string | null;
          readonly revokedAt: string | null;
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

export const revokeToken: Operation<RevokeTokenData, RevokeTokenVariables> = {
  kind: "mutation",
  name: "revokeToken",

  text: `mutation revokeToken($input: RevokeTokenInput!) {
  revokeToken(input: $input) {
    ...Failure
    ... on RevokeTokenPayload {
      __typename
      token {
        ...TokenFields
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
fragment TokenFields on Token {
  id
  name
  owner
  scope
  createdAt
  expiresAt
  revokedAt
}`,
};
