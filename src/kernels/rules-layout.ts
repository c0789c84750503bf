import { type AccountRules, LONG, SHORT, type Side } from "../core/execution/account.ts";
import type { KernelMemory } from "./kernel-memory.ts";

const SIZINGS: readonly AccountRules["sizing"][] = ["ALL_IN", "FIXED_QUOTE", "PROFIT_LOCK"];

/** What a kernel's side 0 and side 1 are; a side that does not trade leaves an account as it is. */
export interface TradedSides {
  readonly first: Side;
  readonly second: Side | null;
}

const LONG_AND_SHORT: TradedSides = { first: LONG, second: SHORT };

/** Writes the rules as assembly/rules.ts reads them; answers with their offset. */
export function writeRules(
  memory: KernelMemory,
  rules: AccountRules,
  { first, second }: TradedSides = LONG_AND_SHORT,
): number {
  const bySide = ([long, short]: readonly [number, number], idle: number) => {
    const of = (side: Side) => (side === LONG ? long : short);
    return [of(first), second === null ? idle : of(second)];
  };
  const numbers = [
    ...bySide(rules.base, 1),
    ...bySide(rules.slope, 0),
    ...bySide(rules.markBase, 1),
    ...bySide(rules.markSlope, 0),
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
