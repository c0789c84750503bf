import { createHash } from "node:crypto";
import { findIndicator } from "../core/indicators/registry.ts";
import type { ParameterSpec, ParameterValues } from "../core/parameter.ts";
import { findRule } from "../core/signals/registry.ts";
import type { VariantDescription } from "../core/stages/describe.ts";
import { canonicalJson } from "./canonical-json.ts";
import type { RunPlan } from "./run-plan.ts";

/** Version of what a key covers; part of every key. */
export const KEY_SCHEMA = 1;

/**
 * The identity of a variant for ever, whatever grid it came from: SHA-256 (hex) of canonical JSON
 * over dataset, range, strategy, chosen values and execution settings. Costs microseconds: only for
 * what leaves the heap.
 */
export function variantKey(plan: RunPlan, variant: VariantDescription): string {
  const { sweep } = plan;
  const strategy = {
    indicators: sweep.indicators.map(({ name, id }) => ({
      name,
      id,
      params: allValues(findIndicator(id)?.params ?? [], name, variant),
    })),
    signals: sweep.signals.map(({ name, rule, operands }) => ({
      name,
      rule,
      operands,
      params: allValues(findRule(rule)?.params ?? [], `signal.${name}`, variant),
    })),
  };
  return sha256Hex(
    canonicalJson({
      schema: KEY_SCHEMA,
      dataset: plan.datasetHash,
      timeframeMs: sweep.timeframeMs,
      range: { ...plan.range, warmupBars: sweep.firstBar },
      strategy,
      risk: { stopLossPct: variant.stopLossPct, takeProfitPct: variant.takeProfitPct },
      execution: sweep.execution,
    }),
  );
}

/** Chosen and default values alike, so that spelling out a default changes no key. */
function allValues(
  specs: readonly ParameterSpec[],
  prefix: string,
  variant: VariantDescription,
): ParameterValues {
  return Object.fromEntries(
    specs.map((spec) => [spec.name, variant.params[`${prefix}.${spec.name}`] ?? spec.default]),
  );
}

export function sha256Hex(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
