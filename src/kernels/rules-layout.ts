import type { AccountRules } from "../core/execution/account.ts";
import type { KernelMemory } from "./kernel-memory.ts";

const SIZINGS: readonly AccountRules["sizing"][] = ["ALL_IN", "FIXED_QUOTE", "PROFIT_LOCK"];

/** Writes the rules as assembly/rules.ts reads them; answers with their offset. */
export function writeRules(memory: KernelMemory, rules: AccountRules): number {
  const numbers = [
    ...rules.base,
    ...rules.slope,
    ...rules.markBase,
    ...rules.markSlope,
    rules.startCash,
    rules.ruin,
    rules.fixedQuote,
    rules.safeProfitPct,
    SIZINGS.indexOf(rules.sizing),
  ];
  const room = memory.float64(numbers.length);
  room.set(numbers);
  return room.byteOffset;
}
