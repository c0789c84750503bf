import { createHash } from "node:crypto";
import type { ExecutionSettings, RiskLevels } from "../core/execution/settings.ts";
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
      risk: keyedRisk(variant),
      execution: keyedExecution(sweep.execution),
    }),
  );
}

/** Settings that are left out of a key at these values, where they do nothing. */
const IDLE = {
  entryDelayBars: 0,
  fixedFee: 0,
  spreadPct: 0,
  fundingLongPctPerBar: 0,
  fundingShortPctPerBar: 0,
} as const satisfies Partial<ExecutionSettings>;

/** Execution settings as keys cover them: a cost or delay that is not used changes no key. */
export function keyedExecution(execution: ExecutionSettings): object {
  const isIdle = ([name, value]: [string, unknown]) =>
    Object.hasOwn(IDLE, name) && value === IDLE[name as keyof typeof IDLE];
  return Object.fromEntries(Object.entries(execution).filter((entry) => !isIdle(entry)));
}

function keyedRisk({ stopLossPct, trailingStopPct, takeProfitPct }: RiskLevels): object {
  const trailing = trailingStopPct === null ? {} : { trailingStopPct };
  return { stopLossPct, ...trailing, takeProfitPct };
}

export function sha256Hex(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
