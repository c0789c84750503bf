// Generated from viewer.graphql by `npm run client`; not edited.

import type { Operation } from "../operation.ts";

export type ViewerVariables = Readonly<Record<string, never>>;

export type ViewerData = {
  readonly viewer: {
    readonly owner: string;
    readonly scope: "ADMIN" | "READ" | "RUN";
    readonly expiresAt: string | null;
  };
};

export const viewer: Operation<ViewerData, ViewerVariables> = {
  kind: "query",
  name: "viewer",

  text: `query viewer {
  viewer {
    owner
    scope
    expiresAt
  }
}`,
};
