import { type Complaint, complaint, UserError } from "../core/user-error.ts";
import { isStorable } from "../plan/storable-text.ts";
import type { TokenRecord } from "../store/access-records.ts";
import type { AccessStore } from "../store/access-store.ts";
import type { Scope } from "./principal.ts";
import { newSecret, secretHash } from "./token-secret.ts";

export interface TokenRequest {
  readonly name: string;
  readonly owner: string;
  readonly scope: Scope;
  readonly expiresAt: Date | null;
}

export interface IssuedToken {
  readonly token: TokenRecord;
  /** Shown once; only its hash is kept. */
  readonly secret: string;
}

const MAX_NAME_LENGTH = 100;
const OWNER = /^[A-Za-z0-9._@-]{1,64}$/;

/** Throws UserError VALIDATION with every complaint. */
export async function issueToken(
  store: Pick<AccessStore, "createToken">,
  request: TokenRequest,
  nowMs = Date.now(),
): Promise<IssuedToken> {
  const complaints = faultsOf(request, nowMs);
  if (complaints.length > 0) throw new UserError("VALIDATION", complaints);
  const secret = newSecret();
  const token = await store.createToken({ ...request, secretHash: secretHash(secret) });
  return { token, secret };
}

function faultsOf({ name, owner, expiresAt }: TokenRequest, nowMs: number): Complaint[] {
  const faults: Complaint[] = [];
  const named = name.length >= 1 && name.length <= MAX_NAME_LENGTH && isStorable(name);
  if (!named) {
    const bound = `1..${MAX_NAME_LENGTH} characters`;
    faults.push(complaint("name", `must have ${bound}`, name, bound));
  }
  if (!OWNER.test(owner)) {
    const bound = "1..64 letters, digits, `.`, `_`, `@` or `-`";
    faults.push(complaint("owner", "is no name of an owner", owner, bound));
  }
  if (expiresAt !== null && expiresAt.getTime() <= nowMs) {
    const value = expiresAt.toISOString();
    faults.push(complaint("expiresAt", "is over already", value, "a time to come"));
  }
  return faults;
}
