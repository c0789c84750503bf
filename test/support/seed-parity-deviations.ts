import type { ParameterValues } from "../../src/core/parameter.ts";
import type { Candles } from "../../src/core/series/candles.ts";

/**
 * Where our series differs from that of the seed-parity engine on purpose: why, and what that engine
 * shows instead, so that every point is compared all the same.
 */
export interface Deviation {
  readonly reason: string;
  /** Its series, from ours where one follows from the other. */
  theirs(ours: Float64Array, candles: Candles, params: ParameterValues): Float64Array;
}

/** By fixture id. */
export const DEVIATIONS: Readonly<Record<string, Deviation>> = {};
