/** Programs whose numbers we compare with; none of them shares code with this project. */
export const SOURCES = [
  "TA-Lib",
  "TradingView",
  "Stock.Indicators",
  "seed-parity",
  "pandas-ta-classic",
  "talipp",
] as const;
export type Source = (typeof SOURCES)[number];

/**
 * Of every indicator, who else computes it, and how far ours may be from theirs: a share of the
 * root mean square of their series. The bounds stand a little above the differences that were
 * found, which are those of rounding; 0 where values are only chosen, never computed. Wider are
 * quotients and slopes of small spreads, what TradingView and seed-parity compute from a variance
 * by running sums, and the ADX of TA-Lib, which starts otherwise and forgets it slowly.
 */
export const OUTSIDE_TRUTH: Readonly<Record<string, Partial<Readonly<Record<Source, number>>>>> = {
  "ma.alma": { TradingView: 1e-14 },
  "ma.dema": { "TA-Lib": 1e-15, "Stock.Indicators": 1e-13, "seed-parity": 1e-13 },
  "ma.ema": {
    "TA-Lib": 1e-15,
    TradingView: 1e-15,
    "Stock.Indicators": 1e-15,
    "seed-parity": 1e-13,
  },
  "ma.hma": {
    "TA-Lib": 1e-13,
    TradingView: 1e-14,
    "Stock.Indicators": 1e-14,
    "seed-parity": 1e-10,
  },
  "ma.kama": { "TA-Lib": 1e-15 },
  "ma.lwma": { "TA-Lib": 1e-13, "seed-parity": 1e-10 },
  "ma.rma": { "TA-Lib": 1e-15, TradingView: 1e-14, "seed-parity": 1e-14 },
  "ma.sma": {
    "TA-Lib": 1e-14,
    TradingView: 1e-14,
    "Stock.Indicators": 1e-14,
    "seed-parity": 1e-13,
  },
  "ma.swma": { TradingView: 1e-15 },
  "ma.t3": { "TA-Lib": 1e-14 },
  "ma.tema": { "TA-Lib": 1e-14, "seed-parity": 1e-13 },
  "ma.vwma": { "TA-Lib": 1e-14, TradingView: 1e-14, "seed-parity": 1e-12 },
  "ma.wma": { "TA-Lib": 1e-13, TradingView: 1e-15, "seed-parity": 1e-11 },
  "ma.zlema": { "TA-Lib": 1e-15, "seed-parity": 1e-13 },
  "momentum.awesome": { "TA-Lib": 1e-12 },
  "momentum.bop": { "TA-Lib": 1e-15 },
  "momentum.cci": { "TA-Lib": 1e-11, "Stock.Indicators": 1e-12, "seed-parity": 1e-11 },
  "momentum.cmo": { "TA-Lib": 1e-14 },
  "momentum.coppock": { "TA-Lib": 1e-13 },
  "momentum.dpo": { "TA-Lib": 1e-12, "pandas-ta-classic": 1e-13 },
  "momentum.fisher": { "Stock.Indicators": 1e-12 },
  "momentum.kst": { talipp: 1e-14 },
  "momentum.macd": {
    "TA-Lib": 1e-12,
    TradingView: 1e-15,
    "Stock.Indicators": 1e-12,
    "seed-parity": 1e-11,
  },
  "momentum.ppo": { "TA-Lib": 1e-13, "seed-parity": 1e-11, "pandas-ta-classic": 1e-12 },
  "momentum.roc": { "TA-Lib": 1e-13, "seed-parity": 1e-12 },
  "momentum.rsi": { "TA-Lib": 1e-14, TradingView: 1e-14, "seed-parity": 1e-14 },
  "momentum.stoch": { "TA-Lib": 1e-14, TradingView: 1e-15, "seed-parity": 1e-13 },
  "momentum.stoch_rsi": { "TA-Lib": 1e-13, "seed-parity": 1e-13 },
  "momentum.trix": { "TA-Lib": 1e-11, "seed-parity": 1e-10 },
  "momentum.tsi": { "TA-Lib": 1e-14 },
  "momentum.ultimate": { "TA-Lib": 1e-14 },
  "momentum.williams_r": { "TA-Lib": 1e-15, "seed-parity": 1e-15 },
  "structure.candle_stats": { "seed-parity": 0 },
  "structure.candle_stats_atr_norm": { "seed-parity": 1e-12 },
  "structure.correlation": { "TA-Lib": 1e-10 },
  "structure.distance_to_ma_norm": { "seed-parity": 1e-10 },
  "structure.highest": { "TA-Lib": 0 },
  "structure.lowest": { "TA-Lib": 0 },
  "structure.percent_rank": { "TA-Lib": 1e-15, "seed-parity": 1e-15 },
  "structure.pivots": { "TA-Lib": 0, "seed-parity": 0 },
  "structure.zscore": { "Stock.Indicators": 1e-12, "seed-parity": 1e-6 },
  "trend.adx": {
    "TA-Lib": 1e-8,
    TradingView: 1e-14,
    "Stock.Indicators": 1e-14,
    "seed-parity": 1e-13,
  },
  "trend.aroon": { "TA-Lib": 1e-15, "Stock.Indicators": 1e-15, "seed-parity": 1e-15 },
  "trend.chandelier_exit": {
    "Stock.Indicators": 1e-15,
    "seed-parity": 1e-15,
    "pandas-ta-classic": 1e-15,
  },
  "trend.donchian": { "TA-Lib": 0, "Stock.Indicators": 0, "seed-parity": 0 },
  "trend.ichimoku": { "TA-Lib": 0, "seed-parity": 0, "pandas-ta-classic": 0 },
  "trend.keltner": {
    "TA-Lib": 1e-14,
    TradingView: 1e-15,
    "Stock.Indicators": 1e-15,
    "seed-parity": 1e-13,
  },
  "trend.linreg": { "TA-Lib": 1e-12, TradingView: 1e-14 },
  "trend.linreg_slope": { "TA-Lib": 1e-10, "seed-parity": 1e-11 },
  "trend.psar": { "TA-Lib": 1e-15 },
  "trend.supertrend": { "TA-Lib": 1e-15, TradingView: 1e-15, "seed-parity": 1e-15 },
  "trend.vortex": { "TA-Lib": 1e-13, "seed-parity": 1e-11 },
  "volatility.atr": {
    "TA-Lib": 1e-14,
    TradingView: 1e-14,
    "Stock.Indicators": 1e-14,
    "seed-parity": 1e-13,
  },
  "volatility.bbands": {
    "TA-Lib": 1e-13,
    TradingView: 1e-11,
    "Stock.Indicators": 1e-14,
    "seed-parity": 1e-13,
  },
  "volatility.bbands_bandwidth": {
    TradingView: 1e-8,
    "Stock.Indicators": 1e-13,
    "seed-parity": 1e-6,
  },
  "volatility.bbands_percent_b": { "Stock.Indicators": 1e-12, "seed-parity": 1e-6 },
  "volatility.choppiness": { talipp: 1e-14 },
  "volatility.hv": { "TA-Lib": 1e-13, "seed-parity": 1e-12 },
  "volatility.mass": { "TA-Lib": 1e-14 },
  "volatility.stddev": { "TA-Lib": 1e-12, "seed-parity": 1e-6 },
  "volatility.tr": { "TA-Lib": 0, TradingView: 0, "seed-parity": 0 },
  "volatility.ulcer": { "pandas-ta-classic": 1e-13 },
  "volatility.variance": { "TA-Lib": 1e-12, "seed-parity": 1e-6 },
  "volume.ad_line": { "TA-Lib": 1e-14, "seed-parity": 1e-13 },
  "volume.chaikin": { "TA-Lib": 1e-13 },
  "volume.cmf": { "TA-Lib": 1e-13, "Stock.Indicators": 1e-14, "seed-parity": 1e-12 },
  "volume.force": { "TA-Lib": 1e-14 },
  "volume.mfi": {
    "TA-Lib": 1e-14,
    TradingView: 1e-14,
    "Stock.Indicators": 1e-14,
    "seed-parity": 1e-13,
  },
  "volume.obv": { "TA-Lib": 0, "Stock.Indicators": 0, "seed-parity": 0 },
  "volume.session_vwap": { "TA-Lib": 1e-14 },
  "volume.volume_sma": { "TA-Lib": 0, "seed-parity": 0 },
  "volume.vwap": { "TA-Lib": 1e-14, "seed-parity": 1e-13 },
  "volume.vwap_deviation": { "TA-Lib": 1e-12, "seed-parity": 1e-13 },
};

/** Outputs that no program of those above shows, and why: by id and output. */
export const WITHOUT_OUTSIDE_TRUTH: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "trend.ichimoku": {
    lagging:
      "the close of displacement bars earlier, which a chart draws the other way round: others " +
      "shift the close into the past, where it would be known too early",
  },
};

/** Throws for a source that the table does not name for the indicator. */
export function toleranceOf(id: string, source: Source): number {
  const tolerance = OUTSIDE_TRUTH[id]?.[source];
  if (tolerance === undefined) throw new Error(`${id} has no tolerance for ${source}`);
  return tolerance;
}
