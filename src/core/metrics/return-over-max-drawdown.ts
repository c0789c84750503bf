import { maxDrawdownPct } from "./max-drawdown.ts";
import type { Metric } from "./metric.ts";
import { returnOverMaxDrawdown as formula } from "./ranking-formulas.ts";
import { totalReturnPct } from "./total-return.ts";

/**
 * totalReturnPct / maxDrawdownPct, not annualised; undefined without a drawdown. Ratio; higher is
 * better. Source: semantics.md section 5.
 */
export const returnOverMaxDrawdown: Metric = {
  unit: "ratio",
  better: "HIGHER",
  of: (record) => formula(totalReturnPct.of(record), maxDrawdownPct.of(record)),
};
