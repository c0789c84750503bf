/** Settings as variables: a machine that is busy with other tests is no reason to refuse a run. */
export const CLOSED_BREAKER = { SWEEPLINE_ADMISSION_BREAKER: "CLOSED" } as const;
