/** Threads work in arrays that are there already: little is made that could be garbage. */
export const THREAD_LIMITS = { maxYoungGenerationSizeMb: 6 } as const;
