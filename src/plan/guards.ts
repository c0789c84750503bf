/** What one run may cost; settings of the service. */
export interface Guards {
  readonly maxVariantsPerStage: number;
  readonly maxBytes: number;
  /** Aimed duration of a chunk on the pool: how often a run checkpoints. */
  readonly chunkSeconds: number;
}

export const DEFAULT_GUARDS: Guards = {
  maxVariantsPerStage: 600_000,
  maxBytes: 5 * 1024 ** 3,
  chunkSeconds: 2,
};

/** A synchronous run gets half of each budget. */
export function halveGuards(guards: Guards): Guards {
  return {
    ...guards,
    maxVariantsPerStage: Math.floor(guards.maxVariantsPerStage / 2),
    maxBytes: Math.floor(guards.maxBytes / 2),
  };
}

/** Budgets may be a little short of what a run takes: see docs/BENCHMARKS.md. */
const MEMORY_SHARE = 0.9;

/** No run may have more than there is: a process that wants more is killed. */
export function withinMemory(guards: Guards, memoryBytes: number): Guards {
  const maxBytes = Math.max(0, Math.floor(memoryBytes * MEMORY_SHARE));
  return { ...guards, maxBytes: Math.min(guards.maxBytes, maxBytes) };
}
