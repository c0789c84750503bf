import type { AuditEntry, AuditRecord, NewToken, TokenRecord } from "./access-records.ts";
import { type AuditFilter, listActions, recordAction } from "./audit-log.ts";
import type { Notifications } from "./notifications.ts";
import type { Page, PageOf } from "./store.ts";
import type { StoreContext } from "./store-context.ts";
import * as tokens from "./tokens.ts";

/** Tokens, and what was done with them. */
export interface AccessStore {
  createToken(token: NewToken): Promise<TokenRecord>;
  /** Idempotent; null when there is no such token. */
  revokeToken(id: string): Promise<TokenRecord | null>;
  /** Revoked and expired ones too. */
  tokenByHash(secretHash: string): Promise<TokenRecord | null>;
  tokenById(id: string): Promise<TokenRecord | null>;
  /** Whether there has ever been a token. */
  anyToken(): Promise<boolean>;
  /** Newest first. */
  listTokens(page: Page): Promise<PageOf<TokenRecord>>;
  recordAction(entry: AuditEntry): Promise<void>;
  /** Newest first. */
  listActions(page: Page, filter?: AuditFilter): Promise<PageOf<AuditRecord>>;
  /** Calls back after a token was made or revoked, also by another process. */
  onAccessChanged(listener: () => void): () => void;
}

export function accessStore(context: StoreContext, notifications: Notifications): AccessStore {
  const { db } = context;
  return {
    createToken: (token) => tokens.createToken(context, token),
    revokeToken: (id) => tokens.revokeToken(db, id),
    tokenByHash: (secretHash) => tokens.tokenByHash(db, secretHash),
    tokenById: (id) => tokens.tokenById(db, id),
    anyToken: () => tokens.anyToken(db),
    listTokens: (page) => tokens.listTokens(db, page),
    recordAction: (entry) => recordAction(db, entry),
    listActions: (page, filter) => listActions(db, page, filter),
    onAccessChanged: notifications.onAccessChanged,
  };
}
