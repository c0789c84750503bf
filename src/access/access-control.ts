import type { TokenRecord } from "../store/access-records.ts";
import type { AccessStore } from "../store/access-store.ts";
import { LOCAL, type Principal, principalOf } from "./principal.ts";
import { isSecret, secretHash } from "./token-secret.ts";

/** Why a request gets nothing at all. */
export class AccessDenied extends Error {
  override readonly name = "AccessDenied";
}

type TokenSource = Pick<AccessStore, "anyToken" | "tokenByHash" | "tokenById" | "onAccessChanged">;

interface Watch {
  readonly principal: Principal;
  readonly onEnd: (reason: string) => void;
  timer?: NodeJS.Timeout;
}

/** Longest a timer can wait. */
const MAX_TIMER_MS = 2 ** 31 - 1;
/** Should a notification get lost, tokens are looked at anyway. */
const RECHECK_MS = 60_000;

/**
 * Who asks. As long as there has never been a token, whoever reaches the server is LOCAL and may do
 * everything; from the first token on, nobody without one gets in. What lasts longer than a request
 * is watched: it ends when its token expires or is revoked.
 */
export class AccessControl {
  readonly #store: TokenSource;
  readonly #watches = new Set<Watch>();
  readonly #unsubscribe: () => void;
  readonly #recheck: NodeJS.Timeout;
  #open: boolean;

  static async open(store: TokenSource): Promise<AccessControl> {
    return new AccessControl(store, !(await store.anyToken()));
  }

  private constructor(store: TokenSource, open: boolean) {
    this.#store = store;
    this.#open = open;
    const look = () => void this.#look().catch(() => {});
    this.#unsubscribe = store.onAccessChanged(look);
    this.#recheck = setInterval(look, RECHECK_MS);
    this.#recheck.unref();
  }

  /** No token has ever been made. */
  get isOpen(): boolean {
    return this.#open;
  }

  /**
   * Whom a header `Bearer <secret>` stands for. Throws AccessDenied, which says nothing of why a
   * secret is none.
   */
  async principalOf(authorization: string | null | undefined): Promise<Principal> {
    if (authorization == null || authorization === "") {
      if (this.#open) return LOCAL;
      throw new AccessDenied("A token is needed: authorization: Bearer <token>");
    }
    const secret = /^bearer +(\S+)$/i.exec(authorization)?.[1];
    if (secret === undefined || !isSecret(secret)) throw new AccessDenied("This is no token");
    const token = await this.#store.tokenByHash(secretHash(secret));
    // Whoever comes with one may be sooner than the news that there is a first.
    if (token !== null) this.#open = false;
    if (token === null || !isValid(token)) throw new AccessDenied("This is no token");
    return principalOf(token);
  }

  /** Calls back once when the principal's access ends, unless unwatched before. */
  watch(principal: Principal, onEnd: (reason: string) => void): () => void {
    const watch: Watch = { principal, onEnd };
    this.#watches.add(watch);
    this.#wait(watch);
    return () => this.#drop(watch);
  }

  close(): void {
    this.#unsubscribe();
    clearInterval(this.#recheck);
    for (const watch of [...this.#watches]) this.#drop(watch);
  }

  #wait(watch: Watch): void {
    const { expiresAt } = watch.principal;
    if (expiresAt === null) return;
    const left = expiresAt.getTime() - Date.now();
    watch.timer = setTimeout(
      () => {
        if (left > MAX_TIMER_MS) this.#wait(watch);
        else this.#end(watch, "The token has expired");
      },
      Math.min(Math.max(left, 0), MAX_TIMER_MS),
    );
    watch.timer.unref();
  }

  #drop(watch: Watch): void {
    clearTimeout(watch.timer);
    this.#watches.delete(watch);
  }

  #end(watch: Watch, reason: string): void {
    if (!this.#watches.has(watch)) return;
    this.#drop(watch);
    watch.onEnd(reason);
  }

  async #look(): Promise<void> {
    if (this.#open && (await this.#store.anyToken())) this.#open = false;
    const valid = new Map<string, boolean>();
    for (const watch of [...this.#watches]) {
      const { tokenId } = watch.principal;
      if (tokenId === null) {
        if (!this.#open) this.#end(watch, "A token is needed from now on");
        continue;
      }
      if (!valid.has(tokenId)) {
        const token = await this.#store.tokenById(tokenId);
        valid.set(tokenId, token !== null && isValid(token));
      }
      if (!valid.get(tokenId)) this.#end(watch, "The token was revoked");
    }
  }
}

function isValid({ revokedAt, expiresAt }: TokenRecord): boolean {
  return revokedAt === null && (expiresAt === null || expiresAt.getTime() > Date.now());
}
