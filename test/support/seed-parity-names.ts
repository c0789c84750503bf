import type { Indicator } from "../../src/core/indicators/indicator.ts";
import { findIndicator } from "../../src/core/indicators/registry.ts";
import type { ParameterValues } from "../../src/core/parameter.ts";

/** What we call a series that the seed-parity fixtures know under an id of their own. */
export interface OurName {
  readonly id: string;
  readonly output: string;
  /** What that id's rule reads instead of `output`, where it has two operands or another one. */
  readonly operands?: { readonly of: string; readonly against?: string };
  /** Our rule, where the fixture's name of it means another one. */
  readonly rule?: string;
}

/** Fixture ids that are not simply the first output of our indicator of the same id. */
const SERIES: Readonly<Record<string, OurName>> = {
  // That engine's rules read the MACD line, ours by default the histogram.
  "momentum.macd": { id: "momentum.macd", output: "macd" },
  "structure.candle_body": { id: "structure.candle_stats", output: "body" },
  "structure.candle_body_atr": { id: "structure.candle_stats_atr_norm", output: "bodyAtr" },
  "structure.candle_body_pct": { id: "structure.candle_stats", output: "bodyShare" },
  "structure.candle_lower_wick": { id: "structure.candle_stats", output: "lowerWick" },
  "structure.candle_lower_wick_atr": {
    id: "structure.candle_stats_atr_norm",
    output: "lowerWickAtr",
  },
  "structure.candle_lower_wick_pct": { id: "structure.candle_stats", output: "lowerWickShare" },
  "structure.candle_range": { id: "structure.candle_stats", output: "range" },
  "structure.candle_range_atr": { id: "structure.candle_stats_atr_norm", output: "rangeAtr" },
  "structure.candle_upper_wick": { id: "structure.candle_stats", output: "upperWick" },
  "structure.candle_upper_wick_atr": {
    id: "structure.candle_stats_atr_norm",
    output: "upperWickAtr",
  },
  "structure.candle_upper_wick_pct": { id: "structure.candle_stats", output: "upperWickShare" },
  "structure.pivot_high": { id: "structure.pivots", output: "pivotHigh" },
  "structure.pivot_low": { id: "structure.pivots", output: "pivotLow" },
  "structure.pivots": {
    id: "structure.pivots",
    output: "pivotHigh",
    operands: { of: "pivotLow", against: "pivotHigh" },
  },
  // Its rule is short above the upper band and long below it.
  "trend.ichimoku": { id: "trend.ichimoku", output: "spanA" },
  "volume.vwap_deviation": { id: "volume.vwap_deviation", output: "upper", rule: "fade" },
};

/** The price that an indicator without a source axis there reads, where it is not our default. */
const FIXED_SOURCE: Readonly<Record<string, string>> = { "trend.keltner": "hlc3" };

const RENAMED_PARAMETERS: Readonly<Record<string, string>> = {
  mult: "multiplier",
  long_threshold: "long",
  short_threshold: "short",
  long_delta_periods: "longBars",
  short_delta_periods: "shortBars",
  min_body_pct: "minBody",
  min_body_atr: "minBody",
};

const RULE: Readonly<Record<string, string>> = {
  candle_body_direction: "candleBody",
  compare_price_to_output: "price",
  compare_volume_to_output: "volume",
  pivot_events: "pivotEvents",
  threshold_centered: "centered",
  threshold_band: "band",
  sign: "sign",
  delta_sign: "deltaSign",
};

/** Our name of a fixture id. */
export function ourName(fixtureId: string): OurName {
  const renamed = SERIES[fixtureId];
  if (renamed !== undefined) return renamed;
  const indicator = findIndicator(fixtureId);
  if (indicator === undefined) throw new Error(`no series of ours for ${fixtureId}`);
  return { id: fixtureId, output: indicator.outputs[0] };
}

/** Our rule for a fixture id, the series it reads and the parameters that are fixed there. */
export function ourRule(name: OurName, fixtureRule: string) {
  const id = name.rule ?? RULE[fixtureRule];
  if (id === undefined) throw new Error(`no rule of ours for ${fixtureRule}`);
  const { defaultRule } = findIndicator(name.id)!;
  const params = defaultRule.rule === id ? (defaultRule.params ?? {}) : {};
  return { id, operands: name.operands ?? { of: name.output }, params };
}

/** Parameters of our indicator; that engine seeds recursive averages with the first value. */
export function ourParameters(
  indicator: Indicator,
  params: Readonly<Record<string, number>>,
  source: string | null,
): ParameterValues {
  const has = (name: string) => indicator.params.some((spec) => spec.name === name);
  const price = source ?? FIXED_SOURCE[indicator.id];
  return {
    ...renamed(params),
    ...(price === undefined ? {} : { source: price }),
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
