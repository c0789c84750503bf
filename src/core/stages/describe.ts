import { RISK_OFF, type RiskLevels } from "../execution/settings.ts";
import { Grid } from "../grid/grid.ts";
import type { ParameterValue, ParameterValues } from "../parameter.ts";
import { riskCells, type StageName, type Sweep } from "./sweep.ts";

/** A variant in a user's words: the value of every axis, and its stops and target (null is off). */
export interface VariantDescription extends RiskLevels {
  readonly params: ParameterValues;
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
  if (stage === "STAGE_A") return { params, ...RISK_OFF };
  return { params, ...riskLevels(sweep, cell) };
}

/** Levels of a cell of the risk grid: stop outer, then trailing stop, target inner. */
export function riskLevels({ stops, trails, targets }: Sweep, cell: number): RiskLevels {
  const pair = Math.floor(cell / targets.length);
  const stop = Math.floor(pair / trails.length);
  return {
    stopLossPct: stops[stop],
    trailingStopPct: trails[pair - stop * trails.length],
    takeProfitPct: targets[cell - pair * targets.length],
  };
}
