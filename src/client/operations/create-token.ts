// Generated from create-token.graphql by `npm run client`; not edited.

import type { Operation } from "../operation.ts";

import type { CreateTokenInput } from "./inputs.ts";

export interface CreateTokenVariables {
  readonly input: CreateTokenInput;
}

export type CreateTokenData = {
  readonly createToken:
    | {
        readonly __typename: "CreateTokenPayload";
        readonly secret: string;
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
        readonly __typename: "Forbidden";
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
      };
};

export const createToken: Operation<CreateTokenData, CreateTokenVariables> = {
  kind: "mutation",
  name: "createToken",

  text: `mutation createToken($input: CreateTokenInput!) {
  createToken(input: $input) {
    ...Failure
    ... on CreateTokenPayload {
      __typename
      secret
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
