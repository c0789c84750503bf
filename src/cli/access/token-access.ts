import type { AuditRecord, Store, TokenRecord } from "../../app.ts";
import type { ApiClient } from "../../client/api-client.ts";
import { viewer } from "../../client/operations/viewer.ts";
import { type ServiceConfig, UserError } from "../../config.ts";
import { auditLog, createToken, listTokens, revokeToken } from "../api/tokens-api.ts";
import type { ServerChoice } from "../service-options.ts";
import { openWherever } from "./run-access.ts";

export interface TokenView {
  readonly id: string;
  readonly name: string;
  readonly owner: string;
  readonly scope: string;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  readonly expiresAt: string | null;
  readonly revokedAt: string | null;
}

export interface AuditView {
  readonly at: string;
  readonly owner: string;
  readonly tokenId: string | null;
  readonly action: string;
  readonly target: string | null;
  readonly outcome: string;
  readonly requestId: string | null;
}

export interface TokenWish {
  readonly name: string;
  readonly owner: string;
  readonly scope: "read" | "run" | "admin";
  readonly expiresAt: Date | null;
}

export interface MadeToken {
  readonly token: TokenView;
  readonly secret: string;
}

/** Tokens and the audit log, wherever they are stored. */
export interface TokenAccess extends AsyncDisposable {
  /** Throws UserError VALIDATION. */
  create(wish: TokenWish): Promise<MadeToken>;
  /** Newest first. */
  list(limit: number): Promise<readonly TokenView[]>;
  /** Throws UserError NOT_FOUND. */
  revoke(id: string): Promise<TokenView>;
  /** Newest first. */
  audit(limit: number): Promise<readonly AuditView[]>;
}

export function openTokenAccess(config: ServiceConfig, choice: ServerChoice): Promise<TokenAccess> {
  return openWherever(config, choice, { database: onDatabase, server: onServer });
}

const PAGE_ROWS = 100;
/** Whoever can open the database needs no token; the log says where it came from. */
const COMMAND_LINE = { owner: "command-line", tokenId: null, requestId: null };

async function onDatabase(config: ServiceConfig): Promise<TokenAccess> {
  const { issueToken, openServiceStore } = await import("../../app.ts");
  const store = await openServiceStore(config);
  const { access } = store;
  return {
    create: async (wish) => {
      const { token, secret } = await issueToken(access, wish);
      const done = { action: "createToken", target: token.id, outcome: "OK" };
      await access.recordAction({ ...COMMAND_LINE, ...done });
      return { token: tokenView(token), secret };
    },
    list: async (limit) => (await pages(limit, access.listTokens)).map(tokenView),
    revoke: async (id) => {
      const token = await access.revokeToken(id);
      if (token === null) throw noSuchToken(id);
      const done = { action: "revokeToken", target: token.id, outcome: "OK" };
      await access.recordAction({ ...COMMAND_LINE, ...done });
      return tokenView(token);
    },
    audit: async (limit) => (await pages(limit, access.listActions)).map(auditView),
    [Symbol.asyncDispose]: () => store.close(),
  };
}

async function onServer(api: ApiClient): Promise<TokenAccess> {
  await api.request(viewer, {});
  return {
    create: (wish) => createToken(api, wish),
    list: (limit) => listTokens(api, limit),
    revoke: (id) => revokeToken(api, id),
    audit: (limit) => auditLog(api, limit),
    async [Symbol.asyncDispose]() {},
  };
}

type StorePage = Parameters<Store["listRuns"]>[0];

interface StoredPage<T> {
  readonly items: readonly { readonly cursor: string; readonly item: T }[];
  readonly hasNextPage: boolean;
}

async function pages<T>(
  limit: number,
  fetchPage: (page: StorePage) => Promise<StoredPage<T>>,
): Promise<T[]> {
  const found: T[] = [];
  for (let after: string | null = null; found.length < limit; ) {
    const page = await fetchPage({ first: Math.min(limit - found.length, PAGE_ROWS), after });
    found.push(...page.items.map(({ item }) => item));
    after = page.items.at(-1)?.cursor ?? null;
    if (!page.hasNextPage || after === null) break;
  }
  return found;
}

function tokenView({ createdAt, expiresAt, revokedAt, ...token }: TokenRecord): TokenView {
  return {
    ...token,
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt?.toISOString() ?? null,
    revokedAt: revokedAt?.toISOString() ?? null,
  };
}

function auditView({ no: _no, at, ...entry }: AuditRecord): AuditView {
  return { ...entry, at: at.toISOString() };
}

function noSuchToken(id: string): UserError {
  const complaint = { path: "id", message: "there is no such token", value: id, bound: null };
  return new UserError("NOT_FOUND", complaint);
}
