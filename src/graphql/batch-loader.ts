interface Waiting<V> {
  readonly key: string;
  readonly resolve: (value: V | null) => void;
  readonly reject: (fault: unknown) => void;
}

/**
 * Collects the keys that resolvers of one request ask for in the same turn, and loads them at once.
 */
export class BatchLoader<V> {
  readonly #loadMany: (keys: readonly string[]) => Promise<ReadonlyMap<string, V>>;
  #waiting: Waiting<V>[] = [];

  constructor(loadMany: (keys: readonly string[]) => Promise<ReadonlyMap<string, V>>) {
    this.#loadMany = loadMany;
  }

  /** Null when there is no such thing. */
  load(key: string): Promise<V | null> {
    const { promise, resolve, reject } = Promise.withResolvers<V | null>();
    this.#waiting.push({ key, resolve, reject });
    // After the microtasks of this turn, in which the executor calls the other resolvers of a list.
    if (this.#waiting.length === 1) setImmediate(() => void this.#dispatch());
    return promise;
  }

  async #dispatch(): Promise<void> {
    const batch = this.#waiting;
    this.#waiting = [];
    try {
      const found = await this.#loadMany([...new Set(batch.map(({ key }) => key))]);
      for (const { key, resolve } of batch) resolve(found.get(key) ?? null);
    } catch (fault) {
      for (const { reject } of batch) reject(fault);
    }
  }
}

/** Records by one of their fields. */
export function byKey<K extends string, V extends Readonly<Record<K, string>>>(
  records: readonly V[],
  key: K,
): Map<string, V> {
  return new Map(records.map((record) => [record[key], record]));
}
