import type { ParameterValue } from "../core/parameter.ts";
import { type Complaint, complaint } from "../core/user-error.ts";
import type { AxisSpec, RiskAxisSpec } from "./request.ts";

/** Most values of one axis. */
export const MAX_AXIS_VALUES = 100_000;
/** How far, in steps, a range's stop may lie beside its last value. */
const STEP_TOLERANCE = 1e-9;

/** Most values of all axes together; they are counted before they are listed. */
export const MAX_LISTED_VALUES = 200_000;

type Report = (complaint: Complaint) => void;

/** How many values an axis asks for, as arithmetic; NaN or infinite where a range leads nowhere. */
export function axisLength(spec: AxisSpec): number {
  if (typeof spec === "number" || typeof spec === "string") return 1;
  if (Array.isArray(spec)) return spec.length;
  return Math.floor((spec.stop - spec.start) / spec.step) + 1;
}

/**
 * The values of an axis in order. Reports empty axes, duplicates, and ranges whose steps miss the
 * stop.
 */
export function expandAxis(spec: AxisSpec, path: string, report: Report): ParameterValue[] {
  if (typeof spec === "number" || typeof spec === "string") return [spec];
  const values = Array.isArray(spec) ? spec : expandRange(spec, path, report);
  checkValues(values, path, report);
  return values;
}

/** The values of a risk axis; null is off. Distances are percents at or above 0. */
export function expandRiskAxis(
  spec: RiskAxisSpec,
  path: string,
  report: Report,
): (number | null)[] {
  const listed =
    typeof spec === "object"
      ? Array.isArray(spec)
        ? spec
        : expandRange(spec, path, report)
      : [spec];
  checkValues(listed, path, report);
  return listed.map((value) => {
    if (value === "off") return null;
    if (!(value >= 0 && value <= MAX_RISK_PCT)) {
      const bound = `0..${MAX_RISK_PCT} or "off"`;
      report(complaint(path, "a distance in percent, at or above 0", value, bound));
    }
    return value;
  });
}

const MAX_RISK_PCT = 100_000;

function checkValues(values: readonly unknown[], path: string, report: Report): void {
  if (values.length === 0) report(complaint(path, "an axis needs at least one value", [], ">= 1"));
  if (values.length > MAX_AXIS_VALUES) {
    report(complaint(path, "too many values", values.length, `<= ${MAX_AXIS_VALUES}`));
  }
  const seen = new Set<unknown>();
  for (const value of values) {
    if (seen.has(value)) {
      report(complaint(path, "duplicate value", value, "each value once"));
      return;
    }
    seen.add(value);
  }
}

/** `start + i*step` by index, so values do not drift. */
function expandRange(
  range: { readonly start: number; readonly stop: number; readonly step: number },
  path: string,
  report: Report,
): number[] {
  const { start, stop, step } = range;
  if (step === 0 || (stop - start) / step < 0) {
    report(complaint(`${path}.step`, "the step must lead from start to stop", step, "not 0"));
    return [start];
  }
  const steps = (stop - start) / step;
  if (steps + 1 > MAX_AXIS_VALUES) {
    const asked = Math.floor(steps) + 1;
    report(complaint(path, "too many values", asked, `<= ${MAX_AXIS_VALUES}`));
    return [start];
  }
  const whole = Math.round(steps);
  if (Math.abs(steps - whole) > STEP_TOLERANCE * Math.max(1, whole)) {
    const last = start + Math.floor(steps) * step;
    report(complaint(`${path}.stop`, "the steps miss the stop", stop, `nearest below: ${last}`));
  }
  return Array.from({ length: whole + 1 }, (_, i) => tidy(start + i * step, range));
}

/**
 * Decimal steps such as 0.1 leave binary dust (0.30000000000000004, or a negative zero); round it
 * off.
 */
function tidy(value: number, range: { readonly start: number; readonly step: number }): number {
  const decimals = Math.max(decimalsOf(range.start), decimalsOf(range.step));
  return decimals <= 12 ? Number(value.toFixed(decimals)) + 0 : value;
}

function decimalsOf(value: number): number {
  const [mantissa, exponent = "0"] = String(value).split("e");
  const digits = mantissa.split(".")[1]?.length ?? 0;
  return Math.max(0, digits - Number(exponent));
}
