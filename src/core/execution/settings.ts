/** How signals become fills. Percents are human percents (0.1 means 0.1 %). */
export interface ExecutionSettings {
  readonly direction: "LONG_SHORT" | "LONG_ONLY" | "SHORT_ONLY";
  readonly sizing: "ALL_IN" | "FIXED_QUOTE" | "PROFIT_LOCK";
  readonly fillMode: "CLOSE";
  /** Start cash in quote currency. */
  readonly startCash: number;
  /** Quote amount of a FIXED_QUOTE entry. */
  readonly fixedQuote: number;
  /** Share of a net profit that PROFIT_LOCK moves to the safe. */
  readonly safeProfitPct: number;
  /** Of the quote amount, at entry and at exit. */
  readonly feePct: number;
  readonly slippagePct: number;
  /** Trading days a year for annual figures: 365 round the clock, 252 for exchanges. */
  readonly periodsPerYear: number;
}

/** Stop-loss and take-profit distance in percent of the entry fill; null is off. */
export interface RiskLevels {
  readonly stopLossPct: number | null;
  readonly takeProfitPct: number | null;
}

export const RISK_OFF: RiskLevels = { stopLossPct: null, takeProfitPct: null };
