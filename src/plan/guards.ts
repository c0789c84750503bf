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
