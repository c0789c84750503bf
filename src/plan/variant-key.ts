import { createHash } from "node:crypto";
import { canonicalSides } from "../core/signals/canonical-sides.ts";
import type { VariantDescription } from "../core/stages/describe.ts";
import { variantSides } from "../core/stages/variant-sides.ts";
import { canonicalJson } from "./canonical-json.ts";
import type { RunPlan } from "./run-plan.ts";

/** Version of what a key covers; part of every key. */
const KEY_SCHEMA = 2;

/**
 * The identity of a variant for ever, whatever grid it came from and however its strategy was
 * written: SHA-256 (hex) of canonical JSON over dataset, range, what each side compares with all
 * values chosen, stop and target, and execution settings. Costs microseconds: only for what leaves
 * the heap.
 */
export function variantKey(plan: RunPlan, variant: VariantDescription): string {
  const { sweep } = plan;
  const sides = variantSides(sweep, (binding) =>
    "axis" in binding ? variant.params[sweep.axes[binding.axis].name] : binding.value,
  );
  return sha256Hex(
    canonicalJson({
      schema: KEY_SCHEMA,
      dataset: plan.datasetHash,
      timeframeMs: sweep.timeframeMs,
      range: { ...plan.range, warmupBars: sweep.firstBar },
      strategy: canonicalSides(sides),
      risk: { stopLossPct: variant.stopLossPct, takeProfitPct: variant.takeProfitPct },
      execution: sweep.execution,
    }),
  );
}

export function sha256Hex(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
