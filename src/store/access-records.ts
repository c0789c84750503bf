/** Who may do what, as it is stored. */

/**
 * What a token allows, each more than the one before: to read what is its owner's; to start and
 * change it as well; to see and do everything, tokens included.
 */
export const SCOPES = ["read", "run", "admin"] as const;
export type Scope = (typeof SCOPES)[number];

/** Owner of whatever is done without a token. */
export const LOCAL_OWNER = "local";

export interface TokenRecord {
  readonly id: string;
  readonly name: string;
  readonly owner: string;
  readonly scope: Scope;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
}

export interface NewToken extends Pick<TokenRecord, "name" | "owner" | "scope" | "expiresAt"> {
  /** SHA-256 of the secret, hexadecimal. */
  readonly secretHash: string;
}

/** Something that was done, or refused. */
export interface AuditEntry {
  readonly owner: string;
  /** Null without a token, and on the command line. */
  readonly tokenId: string | null;
  /** Name of the mutation, such as `startRun`. */
  readonly action: string;
  /** Id of what it was done to. */
  readonly target: string | null;
  /** `OK`, or the code of the failure. */
  readonly outcome: string;
  readonly requestId: string | null;
}

export interface AuditRecord extends AuditEntry {
  readonly no: number;
  readonly at: Date;
}
