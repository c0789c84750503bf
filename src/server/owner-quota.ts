/** Counts what each owner has open, and lets nobody have more than a bound. */
export class OwnerQuota {
  readonly bound: number;
  readonly #open = new Map<string, number>();

  constructor(bound: number) {
    this.bound = bound;
  }

  /** How many the owner has open. */
  openOf(owner: string): number {
    return this.#open.get(owner) ?? 0;
  }

  /** A release to be called once, or null when the owner has all he may have. */
  take(owner: string): (() => void) | null {
    const open = this.openOf(owner);
    if (open >= this.bound) return null;
    this.#open.set(owner, open + 1);
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      const left = this.openOf(owner) - 1;
      if (left === 0) this.#open.delete(owner);
      else this.#open.set(owner, left);
    };
  }
}
