import type { WindowMean } from "../indicators/indicator.ts";
import { findIndicator } from "../indicators/registry.ts";
import { withDefaults } from "../parameter.ts";
import type { SeriesRef } from "./atom.ts";

/** Which prices a series is the mean of, and over what window; undefined where it is none. */
export function meanOf(ref: SeriesRef): WindowMean | undefined {
  if (ref.kind !== "output") return undefined;
  const indicator = findIndicator(ref.indicator);
  return indicator?.windowMean?.(withDefaults(indicator.params, ref.params));
}
