import { LOCAL_OWNER, SCOPES, type Scope, type TokenRecord } from "../store/access-records.ts";

export type { Scope };

/** In whose name something is asked for, and how far that goes. */
export interface Principal {
  readonly owner: string;
  readonly scope: Scope;
  /** Null where no token is needed. */
  readonly tokenId: string | null;
  readonly expiresAt: Date | null;
}

/** Whoever is on this machine, as long as there has never been a token. */
export const LOCAL: Principal = {
  owner: LOCAL_OWNER,
  scope: "admin",
  tokenId: null,
  expiresAt: null,
};

export function principalOf({ id, owner, scope, expiresAt }: TokenRecord): Principal {
  return { owner, scope, tokenId: id, expiresAt };
}

export function allows(principal: Principal, scope: Scope): boolean {
  return SCOPES.indexOf(principal.scope) >= SCOPES.indexOf(scope);
}

/** Whether what belongs to `owner` is there for the principal at all. */
export function sees(principal: Principal, owner: string): boolean {
  return principal.scope === "admin" || principal.owner === owner;
}
