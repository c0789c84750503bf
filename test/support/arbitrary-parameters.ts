import fc from "fast-check";
import type { ParameterSpec, ParameterValue, ParameterValues } from "../../src/core/parameter.ts";

/** Values that the specs allow; integers up to `maxInteger`, so that windows fit the bars. */
export function arbitraryParameters(
  specs: readonly ParameterSpec[],
  maxInteger: number,
): fc.Arbitrary<ParameterValues> {
  return fc.record(
    Object.fromEntries(specs.map((spec) => [spec.name, arbitraryValue(spec, maxInteger)])),
  );
}

function arbitraryValue(spec: ParameterSpec, maxInteger: number): fc.Arbitrary<ParameterValue> {
  switch (spec.kind) {
    case "choice":
      return fc.constantFrom(...spec.choices);
    case "integer":
      return fc.integer({ min: spec.min, max: Math.min(spec.max, maxInteger) });
    case "number":
      return fc.double({ min: spec.min, max: spec.max, noNaN: true });
  }
}
