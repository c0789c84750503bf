import type { Indicator } from "../../src/core/indicators/indicator.ts";
import { findIndicator } from "../../src/core/indicators/registry.ts";
import type { ParameterValues } from "../../src/core/parameter.ts";

/** What we call a series that the seed-parity fixtures know under an id of their own. */
export interface OurName {
  readonly id: string;
  readonly output: string;
  /** Second operand of that id's rule, where the rule has two. */
  readonly against?: string;
}

/** Fixture ids that are not simply the first output of our indicator of the same id. */
const SERIES: Readonly<Record<string, OurName>> = {
  // That engine's rules read the MACD line, ours by default the histogram.
  "momentum.macd": { id: "momentum.macd", output: "macd" },
};

const RENAMED_PARAMETERS: Readonly<Record<string, string>> = {
  mult: "multiplier",
  long_threshold: "long",
  short_threshold: "short",
  long_delta_periods: "longBars",
  short_delta_periods: "shortBars",
};

export const RULE: Readonly<Record<string, string>> = {
  compare_price_to_output: "price",
  threshold_band: "band",
  sign: "sign",
  delta_sign: "deltaSign",
};

/** Our name of a fixture id; undefined where the registry does not have it. */
export function ourName(fixtureId: string): OurName | undefined {
  const renamed = SERIES[fixtureId];
  if (renamed !== undefined) return findIndicator(renamed.id) && renamed;
  const indicator = findIndicator(fixtureId);
  return indicator && { id: fixtureId, output: indicator.outputs[0] };
}

/** Parameters of our indicator; that engine seeds recursive averages with the first value. */
export function ourParameters(
  indicator: Indicator,
  params: Readonly<Record<string, number>>,
  source: string | null,
): ParameterValues {
  const has = (name: string) => indicator.params.some((spec) => spec.name === name);
  return {
    ...renamed(params),
    ...(source === null ? {} : { source }),
    ...(has("seeding") ? { seeding: "first" } : {}),
  };
}

/** Distances are negative there (bars back) and positive here (bars earlier). */
export function ourSignalParameters(params: Readonly<Record<string, number>>): ParameterValues {
  const entries = Object.entries(renamed(params));
  return Object.fromEntries(
    entries.map(([name, value]) => [name, name.endsWith("Bars") ? -value : value]),
  );
}

function renamed(params: Readonly<Record<string, number>>): Record<string, number> {
  const entries = Object.entries(params);
  return Object.fromEntries(
    entries.map(([name, value]) => [RENAMED_PARAMETERS[name] ?? camelCase(name), value]),
  );
}

/** `fast_window` is `fastWindow`. */
function camelCase(name: string): string {
  return name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}
