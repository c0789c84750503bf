import type { ApiClient } from "../../client/api-client.ts";
import { auditLog as auditOperation } from "../../client/operations/audit-log.ts";
import { createToken as createOperation } from "../../client/operations/create-token.ts";
import {
  type ListTokensData,
  listTokens as listOperation,
} from "../../client/operations/list-tokens.ts";
import { revokeToken as revokeOperation } from "../../client/operations/revoke-token.ts";
import type { AuditView, MadeToken, TokenView, TokenWish } from "../access/token-access.ts";
import { allPages } from "./runs-api.ts";
import { successOf } from "./success-of.ts";

/** What the command line asks a server about tokens. Ids are without the type in front. */

const SCOPES = { read: "READ", run: "RUN", admin: "ADMIN" } as const;

export async function createToken(api: ApiClient, wish: TokenWish): Promise<MadeToken> {
  const expiresAt = wish.expiresAt?.toISOString() ?? null;
  const input = { ...wish, expiresAt, scope: SCOPES[wish.scope] };
  const data = await api.request(createOperation, { input });
  const { token, secret } = successOf(data.createToken, "CreateTokenPayload");
  return { token: viewOf(token), secret };
}

export async function revokeToken(api: ApiClient, id: string): Promise<TokenView> {
  const data = await api.request(revokeOperation, { input: { id: `Token_${id}` } });
  return viewOf(successOf(data.revokeToken, "RevokeTokenPayload").token);
}

export async function listTokens(api: ApiClient, limit: number): Promise<TokenView[]> {
  const tokens = await allPages(limit, async (page) => {
    return (await api.request(listOperation, page)).tokens;
  });
  return tokens.map(viewOf);
}

export function auditLog(api: ApiClient, limit: number): Promise<AuditView[]> {
  return allPages(limit, async (page) => (await api.request(auditOperation, page)).auditLog);
}

type ApiToken = ListTokensData["tokens"]["edges"][number]["node"];

function viewOf(token: ApiToken): TokenView {
  return { ...token, id: token.id.replace(/^Token_/, ""), scope: token.scope.toLowerCase() };
}
