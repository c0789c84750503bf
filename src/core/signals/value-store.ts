/**
 * Where rows of indicators and planes of atoms are kept beyond one scorer, for whoever computes the
 * same of the same candles again. Whether it holds much, little or nothing never changes a value.
 */
export interface ValueStore {
  readonly rows: ValueCache<Float64Array>;
  readonly planes: ValueCache<Int32Array>;
}

/** Values by a text that says what was computed; see series-key.ts. */
export interface ValueCache<T> {
  /** Fills `into` with what was kept of this length under `key`; false where there is none. */
  load(key: string, into: T): boolean;
  /** Keeps a copy, if it can. */
  keep(key: string, values: T): void;
}
