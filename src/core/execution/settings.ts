/**
 * When a decision fills. Signals are decided at a bar's close in every mode.
 *   CLOSE      at that close; stops and targets are tested on closes
 *   NEXT_OPEN  at the next bar's open; stops and targets are tested on closes and fill there too
 *   INTRABAR   entries and signal exits as NEXT_OPEN; stops and targets are tested on high and low
 *              and fill inside the bar
 */
export const FILL_MODES = ["CLOSE", "NEXT_OPEN", "INTRABAR"] as const;
export type FillMode = (typeof FILL_MODES)[number];

/** How signals become fills. Percents are human percents (0.1 means 0.1 %). */
export interface ExecutionSettings {
  readonly direction: "LONG_SHORT" | "LONG_ONLY" | "SHORT_ONLY";
  readonly sizing: "ALL_IN" | "FIXED_QUOTE" | "PROFIT_LOCK";
  readonly fillMode: FillMode;
  /** Bars a new signal must go on standing before its entry is decided; 0 decides at once. */
  readonly entryDelayBars: number;
  /** Start cash in quote currency. */
  readonly startCash: number;
  /** Quote amount of a FIXED_QUOTE entry. */
  readonly fixedQuote: number;
  /** Share of a net profit that PROFIT_LOCK moves to the safe. */
  readonly safeProfitPct: number;
  /** Of the quote amount, at entry and at exit: one rate an order, maker or taker. */
  readonly feePct: number;
  /** Quote amount of each fill, at entry and at exit. */
  readonly fixedFee: number;
  /** Of the price, against you at each fill. */
  readonly slippagePct: number;
  /** Between bid and ask, of the price: half of it is against you at each fill. */
  readonly spreadPct: number;
  /** Of the stake, at each bar close that a long sees; negative is received. */
  readonly fundingLongPctPerBar: number;
  readonly fundingShortPctPerBar: number;
  /** Trading days a year for annual figures: 365 round the clock, 252 for exchanges. */
  readonly periodsPerYear: number;
}

/** Distances in percent; null is off. */
export interface RiskLevels {
  /** From the entry fill. */
  readonly stopLossPct: number | null;
  /** From the best price since entry. */
  readonly trailingStopPct: number | null;
  /** From the entry fill. */
  readonly takeProfitPct: number | null;
}

export const RISK_OFF: RiskLevels = {
  stopLossPct: null,
  trailingStopPct: null,
  takeProfitPct: null,
};
