import type { AuditView, MadeToken, TokenView, TokenWish } from "../access/token-access.ts";
import { type ApiClient, FAILURE_FIELDS, successOf } from "./client.ts";
import { type ApiConnection, allPages } from "./runs-api.ts";

/** What the command line asks a server about tokens. Ids are without the type in front. */

const TOKEN_FIELDS = "id name owner scope createdAt expiresAt revokedAt";
const PAGE_INFO = "pageInfo { hasNextPage endCursor }";

export async function createToken(api: ApiClient, wish: TokenWish): Promise<MadeToken> {
  const query = `mutation ($input: CreateTokenInput!) {
    createToken(input: $input) {
      ${FAILURE_FIELDS} ... on CreateTokenPayload { secret token { ${TOKEN_FIELDS} } }
    }
  }`;
  const input = { ...wish, scope: wish.scope.toUpperCase() };
  const data = await api.request<{ createToken: MadeToken }>(query, { input });
  const { token, secret } = successOf(data.createToken, "CreateTokenPayload");
  return { token: viewOf(token), secret };
}

export async function revokeToken(api: ApiClient, id: string): Promise<TokenView> {
  const query = `mutation ($input: RevokeTokenInput!) {
    revokeToken(input: $input) {
      ${FAILURE_FIELDS} ... on RevokeTokenPayload { token { ${TOKEN_FIELDS} } }
    }
  }`;
  const input = { id: `Token_${id}` };
  const data = await api.request<{ revokeToken: { token: TokenView } }>(query, { input });
  return viewOf(successOf(data.revokeToken, "RevokeTokenPayload").token);
}

export async function listTokens(api: ApiClient, limit: number): Promise<TokenView[]> {
  const query = `query ($first: Int!, $after: String) {
    tokens(first: $first, after: $after) { edges { node { ${TOKEN_FIELDS} } } ${PAGE_INFO} }
  }`;
  type Data = { tokens: ApiConnection<TokenView> };
  const tokens = await allPages(limit, async (page) => {
    return (await api.request<Data>(query, page)).tokens;
  });
  return tokens.map(viewOf);
}

export async function auditLog(api: ApiClient, limit: number): Promise<AuditView[]> {
  const query = `query ($first: Int!, $after: String) {
    auditLog(first: $first, after: $after) {
      edges { node { at owner tokenId action target outcome requestId } } ${PAGE_INFO}
    }
  }`;
  type Data = { auditLog: ApiConnection<AuditView> };
  return allPages(limit, async (page) => (await api.request<Data>(query, page)).auditLog);
}

function viewOf(token: TokenView): TokenView {
  return { ...token, id: token.id.replace(/^Token_/, ""), scope: token.scope.toLowerCase() };
}
