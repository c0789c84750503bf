import { type Execution, runReference } from "../execution/reference-engine.ts";
import type { RiskLevels } from "../execution/settings.ts";
import type { Candles } from "../series/candles.ts";
import type { Sweep } from "./sweep.ts";

/** One variant by the reference engine; `signal` is that of the range, a value a bar. */
export function executeVariant(
  sweep: Sweep,
  candles: Candles,
  signal: Int8Array,
  { stopLossPct, trailingStopPct, takeProfitPct }: RiskLevels,
): Execution {
  const { execution: settings, firstBar, lastBar } = sweep;
  const risk: RiskLevels = { stopLossPct, trailingStopPct, takeProfitPct };
  const { open, high, low, close } = candles;
  const whole = new Int8Array(close.length);
  whole.set(signal, firstBar);
  const prices = { open, high, low, close };
  return runReference({ ...prices, signal: whole, firstBar, lastBar, settings, risk });
}
