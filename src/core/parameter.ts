/** A value that an axis may take: a number, or a name such as a price source. */
export type ParameterValue = number | string;
export type ParameterValues = Readonly<Record<string, ParameterValue>>;

/**
 * What an indicator or a rule may be asked to vary, with its bounds; the one description of a
 * parameter.
 */
export type ParameterSpec =
  | {
      readonly name: string;
      readonly kind: "integer" | "number";
      /** Inclusive bounds. */
      readonly min: number;
      readonly max: number;
      readonly default: number;
      readonly description: string;
    }
  | {
      readonly name: string;
      readonly kind: "choice";
      readonly choices: readonly string[];
      readonly default: string;
      readonly description: string;
    };

/** Fills in defaults; the caller has checked names and bounds. */
export function withDefaults(
  specs: readonly ParameterSpec[],
  given: ParameterValues,
): ParameterValues {
  const values: Record<string, ParameterValue> = {};
  for (const spec of specs) values[spec.name] = given[spec.name] ?? spec.default;
  return values;
}

/** Why a value does not fit a spec, or null when it fits. `bound` is what was expected. */
export function parameterFault(
  spec: ParameterSpec,
  value: unknown,
): { message: string; bound: string } | null {
  if (spec.kind === "choice") {
    if (typeof value === "string" && spec.choices.includes(value)) return null;
    const bound = spec.choices.join(" | ");
    return { message: `${spec.name} must be one of ${bound}`, bound };
  }
  const bound = `${spec.kind === "integer" ? "integer " : ""}${spec.min}..${spec.max}`;
  const fits =
    typeof value === "number" &&
    Number.isFinite(value) &&
    value >= spec.min &&
    value <= spec.max &&
    (spec.kind === "number" || Number.isInteger(value));
  if (fits) return null;
  const kind = spec.kind === "integer" ? "an integer" : "a number";
  return { message: `${spec.name} must be ${kind} in ${spec.min}..${spec.max}`, bound };
}
