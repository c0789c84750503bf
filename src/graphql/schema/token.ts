import { type IssuedToken, issueToken } from "../../access/issue-token.ts";
import { allows } from "../../access/principal.ts";
import { complaint, UserError } from "../../core/user-error.ts";
import type { SCOPES, Scope, TokenRecord } from "../../store/access-records.ts";
import { byKey } from "../batch-loader.ts";
import { builder } from "../builder.ts";
import type { GraphqlContext } from "../context.ts";
import { keyOf } from "../global-id.ts";
import { pageComplexity, pageOf, toConnection } from "../page.ts";
import { underPaths } from "../request-mapping.ts";
import { connectionType, pageArgs } from "./connection.ts";
import { outcome } from "./errors.ts";

/** Who asks, and the tokens there are. */

const INPUT = [{ canonical: "", graphql: "input" }];

export const ScopeEnum = builder.enumType("Scope", {
  description: "What a token allows, each more than the one before.",
  values: {
    READ: { value: "read", description: "To read what is its owner's, and to follow his runs." },
    RUN: { value: "run", description: "To start, check, change and delete runs as well." },
    ADMIN: { value: "admin", description: "To see and do everything, tokens included." },
  } satisfies Record<Uppercase<(typeof SCOPES)[number]>, { value: Scope; description: string }>,
} as const);

const ViewerType = builder.objectRef<GraphqlContext["viewer"]>("Viewer").implement({
  description: "Whom a request is made for.",
  fields: (t) => ({
    owner: t.exposeString("owner", { description: "`local` where no token is needed." }),
    scope: t.field({ type: ScopeEnum, resolve: ({ scope }) => scope }),
    expiresAt: t.expose("expiresAt", { type: "DateTime", nullable: true }),
  }),
});

builder.queryField("viewer", (t) =>
  t.field({
    type: ViewerType,
    description: "Whom this request is made for, and how far that goes.",
    resolve: (_root, _args, { viewer }) => viewer,
  }),
);

const TokenType = builder.objectRef<TokenRecord>("Token");

builder.node(TokenType, {
  description: "A token without its secret, which nobody has but whoever it was given to.",
  id: { resolve: ({ id }) => id, description: "Opaque global id." },
  loadMany: async (ids, { services, viewer }) => {
    if (!allows(viewer, "admin")) return ids.map(() => null);
    const found = await Promise.all(ids.map((id) => services.store.access.tokenById(id)));
    const byId = byKey(
      found.filter((token) => token !== null),
      "id",
    );
    return ids.map((id) => byId.get(id) ?? null);
  },
  fields: (t) => ({
    name: t.exposeString("name", { description: "What it is for." }),
    owner: t.exposeString("owner", { description: "Whose runs it reads and starts." }),
    scope: t.field({ type: ScopeEnum, resolve: ({ scope }) => scope }),
    createdAt: t.expose("createdAt", { type: "DateTime" }),
    expiresAt: t.expose("expiresAt", { type: "DateTime", nullable: true }),
    revokedAt: t.expose("revokedAt", { type: "DateTime", nullable: true }),
  }),
});

const TokenConnection = connectionType("Token", TokenType);

builder.queryField("tokens", (t) =>
  t.field({
    type: TokenConnection,
    description: "All tokens, newest first. Needs scope ADMIN.",
    extensions: { scope: "admin" },
    args: pageArgs,
    complexity: pageComplexity,
    resolve: async (_root, args, { services }) =>
      toConnection(await services.store.access.listTokens(pageOf(args)), args),
  }),
);

const CreateTokenPayload = builder.objectRef<IssuedToken>("CreateTokenPayload").implement({
  fields: (t) => ({
    token: t.field({ type: TokenType, resolve: ({ token }) => token }),
    secret: t.exposeString("secret", {
      description: "For the header `authorization: Bearer <secret>`. Shown this once.",
    }),
  }),
});

const CreateTokenResult = outcome("CreateTokenResult", CreateTokenPayload, ["VALIDATION"]);

const CreateTokenInput = builder.inputType("CreateTokenInput", {
  fields: (t) => ({
    name: t.string({ required: true, description: "What it is for; 100 characters at most." }),
    owner: t.string({ required: true, description: "Letters, digits, `.`, `_`, `@` and `-`." }),
    scope: t.field({ type: ScopeEnum, required: true }),
    expiresAt: t.field({ type: "DateTime", description: "Never when left out." }),
  }),
});

builder.mutationField("createToken", (t) =>
  t.field({
    type: CreateTokenResult.type,
    description:
      "Makes a token. From the first one on, nobody gets in without one. Needs scope ADMIN.",
    extensions: { scope: "admin" },
    args: { input: t.arg({ type: CreateTokenInput, required: true }) },
    resolve: (_root, { input }, { services }) =>
      CreateTokenResult.attempt(() =>
        underPaths(INPUT, () =>
          issueToken(services.store.access, { ...input, expiresAt: input.expiresAt ?? null }),
        ),
      ),
  }),
);

const RevokeTokenPayload = builder
  .objectRef<{ readonly token: TokenRecord }>("RevokeTokenPayload")
  .implement({ fields: (t) => ({ token: t.field({ type: TokenType, resolve: (p) => p.token }) }) });

const RevokeTokenResult = outcome("RevokeTokenResult", RevokeTokenPayload, [
  "VALIDATION",
  "NOT_FOUND",
]);

const RevokeTokenInput = builder.inputType("RevokeTokenInput", {
  fields: (t) => ({ id: t.id({ required: true }) }),
});

builder.mutationField("revokeToken", (t) =>
  t.field({
    type: RevokeTokenResult.type,
    description:
      "Ends a token at once, with every connection and subscription it has. A repeat changes " +
      "nothing. Needs scope ADMIN.",
    extensions: { scope: "admin" },
    args: { input: t.arg({ type: RevokeTokenInput, required: true }) },
    resolve: (_root, { input }, { services }) =>
      RevokeTokenResult.attempt(async () => {
        const token = await services.store.access.revokeToken(keyOf("Token", input.id, "input.id"));
        if (token !== null) return { token };
        const message = "there is no such token";
        throw new UserError("NOT_FOUND", complaint("input.id", message, input.id));
      }),
  }),
);
