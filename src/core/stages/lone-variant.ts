import type { VariantDescription } from "./describe.ts";
import type { Sweep } from "./sweep.ts";

/** The sweep of one variant only, its number 0 in both stages: nothing is prepared for others. */
export function loneVariant(sweep: Sweep, { params, ...risk }: VariantDescription): Sweep {
  return {
    ...sweep,
    axes: sweep.axes.map(({ name }) => ({ name, values: [params[name]] })),
    constraint: null,
    stops: [risk.stopLossPct],
    trails: [risk.trailingStopPct],
    targets: [risk.takeProfitPct],
  };
}
