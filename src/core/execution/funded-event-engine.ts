import type { Side } from "./account.ts";
import { EventEngine } from "./event-engine.ts";

/**
 * The event engine of sweeps that pay funding. Equity inside a held segment depends on time as well
 * as on the close, so its extremes need not sit at the extreme closes: drawdown looks at every held
 * bar.
 */
export class FundedEventEngine extends EventEngine {
  protected override equityAt(side: Side, entryBar: number, bar: number): number {
    const mark = this.rules.mark(side, this.entryPrices[entryBar], this.close[bar]);
    const paid = this.rules.funding(side, this.fills.closesSeen(entryBar, bar));
    return this.account.equityAt(mark - paid);
  }

  protected override heldDrawdown(side: Side, from: number, to: number): void {
    for (let t = from; t < to; t++) this.drawdown.add(this.equityAt(side, from, t));
  }
}
