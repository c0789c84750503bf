import fc from "fast-check";
import { expect, it } from "vitest";
import {
  type Execution,
  type ReferenceInput,
  runReference,
} from "../../../src/core/execution/reference-engine.ts";
import { anyInput } from "../../support/execution-arbitraries.ts";

/**
 * Equity of every bar, restated from the trades alone: what they have brought so far, and what the
 * open one is worth at the close, its entry fee and funding paid and no exit cost yet.
 */
function equityAt(input: ReferenceInput, { trades }: Execution, bar: number): [number, number] {
  const { settings, close } = input;
  const entersAtOpen = settings.fillMode !== "CLOSE";
  const cash = trades
    .filter(({ exitBar }) => exitBar <= bar)
    .reduce((sum, { netProfit }) => sum + netProfit, settings.startCash);
  const open = trades.find(({ entryBar, exitBar }) => entryBar <= bar && bar < exitBar);
  if (open === undefined) return [cash, Math.abs(cash)];
  const isLong = open.direction === "LONG";
  const move = (isLong ? 1 : -1) * (close[bar] - open.entryFill);
  const pct = isLong ? settings.fundingLongPctPerBar : settings.fundingShortPctPerBar;
  const closes = bar - open.entryBar + (entersAtOpen ? 1 : 0);
  const paid = open.entryFee + open.stake * (pct / 100) * closes;
  const profit = open.quantity * move;
  return [cash + profit - paid, Math.abs(cash) + Math.abs(profit) + Math.abs(paid) + open.stake];
}

it("equity is cash and the open position at the close, at every bar of every fill mode", () => {
  let held = 0;
  fc.assert(
    fc.property(anyInput, (input) => {
      const execution = runReference(input);
      const traded = execution.trades.reduce((sum, trade) => sum + trade.stake, 0);
      execution.equity.forEach((equity, i) => {
        const [expected, size] = equityAt(input, execution, input.firstBar + i);
        expect(Math.abs(equity - expected)).toBeLessThan(1e-12 * (size + traded + 1));
      });
      held += execution.trades.reduce((sum, trade) => sum + trade.exitBar - trade.entryBar, 0);
    }),
    { numRuns: 400 },
  );
  expect(held).toBeGreaterThan(300);
});
