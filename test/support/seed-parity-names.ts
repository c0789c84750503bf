import type { Indicator } from "../../src/core/indicators/indicator.ts";
import type { ParameterValues } from "../../src/core/parameter.ts";

/** Our names of what the seed-parity fixtures call otherwise. */
const PARAMETER: Readonly<Record<string, string>> = {
  window: "window",
  fast_window: "fastWindow",
  slow_window: "slowWindow",
  signal_window: "signalWindow",
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
  return Object.fromEntries(entries.map(([name, value]) => [nameOf(name), value]));
}

function nameOf(name: string): string {
  const ours = PARAMETER[name];
  if (ours === undefined) throw new Error(`no name for the parameter ${name}`);
  return ours;
}
