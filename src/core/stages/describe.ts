import { Grid } from "../grid/grid.ts";
import type { ParameterValue, ParameterValues } from "../parameter.ts";
import { riskCells, type StageName, type Sweep } from "./sweep.ts";

/** A variant in a user's words: the value of every axis, and its stop and target (null is off). */
export interface VariantDescription {
  readonly params: ParameterValues;
  readonly stopLossPct: number | null;
  readonly takeProfitPct: number | null;
}

/**
 * Describes a variant index of a stage: a base index in Stage A, `base * cells + cell` in Stage B.
 */
export function describeVariant(
  sweep: Sweep,
  stage: StageName,
  variantIndex: number,
): VariantDescription {
  const grid = new Grid(sweep.axes);
  const cells = stage === "STAGE_B" ? riskCells(sweep) : 1;
  const base = Math.floor(variantIndex / cells);
  const cell = variantIndex - base * cells;
  const params: Record<string, ParameterValue> = {};
  sweep.axes.forEach((axis, a) => {
    params[axis.name] = axis.values[grid.digit(base, a)];
  });
  if (stage === "STAGE_A") return { params, stopLossPct: null, takeProfitPct: null };
  const stop = Math.floor(cell / sweep.targets.length);
  return {
    params,
    stopLossPct: sweep.stops[stop],
    takeProfitPct: sweep.targets[cell - stop * sweep.targets.length],
  };
}
