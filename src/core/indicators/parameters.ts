import type { ParameterSpec, ParameterValues } from "../parameter.ts";
import { PRICE_SOURCES, type PriceSource } from "../series/price-source.ts";

const MAX_WINDOW_BARS = 10_000;

/** A window in bars. */
export function windowSpec(
  name: string,
  defaultBars: number,
  description: string,
  minBars = 1,
): ParameterSpec {
  return {
    name,
    kind: "integer",
    min: minBars,
    max: MAX_WINDOW_BARS,
    default: defaultBars,
    description,
  };
}

/** The price a formula reads, where it reads one. */
export function sourceSpec(defaultSource: PriceSource): ParameterSpec {
  return {
    name: "source",
    kind: "choice",
    choices: PRICE_SOURCES,
    default: defaultSource,
    description: "The price read from each bar.",
  };
}

export const SOURCE = sourceSpec("close");

/** A parameter that the caller has checked to be a number. */
export function numberOf(params: ParameterValues, name: string): number {
  return params[name] as number;
}

export function sourceOf(params: ParameterValues): PriceSource {
  return params.source as PriceSource;
}
