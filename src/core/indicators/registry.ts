import { adLine } from "./ad-line.ts";
import { adx } from "./adx.ts";
import { alma } from "./alma.ts";
import { aroon } from "./aroon.ts";
import { atr } from "./atr.ts";
import { awesome } from "./awesome.ts";
import { bbands } from "./bbands.ts";
import { bbandsBandwidth } from "./bbands-bandwidth.ts";
import { bbandsPercentB } from "./bbands-percent-b.ts";
import { bop } from "./bop.ts";
import { candleStats } from "./candle-stats.ts";
import { candleStatsAtrNorm } from "./candle-stats-atr-norm.ts";
import { cci } from "./cci.ts";
import { chaikin } from "./chaikin.ts";
import { chandelierExit } from "./chandelier-exit.ts";
import { choppiness } from "./choppiness.ts";
import { cmf } from "./cmf.ts";
import { cmo } from "./cmo.ts";
import { coppock } from "./coppock.ts";
import { correlation } from "./correlation.ts";
import { dema } from "./dema.ts";
import { distanceToMaNorm } from "./distance-to-ma-norm.ts";
import { donchian } from "./donchian.ts";
import { dpo } from "./dpo.ts";
import { ema } from "./ema.ts";
import { fisher } from "./fisher.ts";
import { force } from "./force.ts";
import { highest } from "./highest.ts";
import { hma } from "./hma.ts";
import { hv } from "./hv.ts";
import { ichimoku } from "./ichimoku.ts";
import type { Indicator } from "./indicator.ts";
import { kama } from "./kama.ts";
import { keltner } from "./keltner.ts";
import { kst } from "./kst.ts";
import { linreg } from "./linreg.ts";
import { linregSlope } from "./linreg-slope.ts";
import { lowest } from "./lowest.ts";
import { lwma } from "./lwma.ts";
import { macd } from "./macd.ts";
import { mass } from "./mass.ts";
import { mfi } from "./mfi.ts";
import { obv } from "./obv.ts";
import { percentRank } from "./percent-rank.ts";
import { pivots } from "./pivots.ts";
import { ppo } from "./ppo.ts";
import { psar } from "./psar.ts";
import { rma } from "./rma.ts";
import { roc } from "./roc.ts";
import { rsi } from "./rsi.ts";
import { sessionVwap } from "./session-vwap.ts";
import { sma } from "./sma.ts";
import { stddev } from "./stddev.ts";
import { stoch } from "./stoch.ts";
import { stochRsi } from "./stoch-rsi.ts";
import { supertrend } from "./supertrend.ts";
import { swma } from "./swma.ts";
import { t3 } from "./t3.ts";
import { tema } from "./tema.ts";
import { tr } from "./tr.ts";
import { trix } from "./trix.ts";
import { tsi } from "./tsi.ts";
import { ulcer } from "./ulcer.ts";
import { ultimate } from "./ultimate.ts";
import { variance } from "./variance.ts";
import { volumeSma } from "./volume-sma.ts";
import { vortex } from "./vortex.ts";
import { vwap } from "./vwap.ts";
import { vwapDeviation } from "./vwap-deviation.ts";
import { vwma } from "./vwma.ts";
import { williamsR } from "./williams-r.ts";
import { wma } from "./wma.ts";
import { zlema } from "./zlema.ts";
import { zscore } from "./zscore.ts";

/** Every indicator, in id order. */
export const INDICATORS: readonly Indicator[] = [
  alma,
  dema,
  ema,
  hma,
  kama,
  lwma,
  rma,
  sma,
  swma,
  t3,
  tema,
  vwma,
  wma,
  zlema,
  awesome,
  bop,
  cci,
  cmo,
  coppock,
  dpo,
  fisher,
  kst,
  macd,
  ppo,
  roc,
  rsi,
  stoch,
  stochRsi,
  trix,
  tsi,
  ultimate,
  williamsR,
  candleStats,
  candleStatsAtrNorm,
  correlation,
  distanceToMaNorm,
  highest,
  lowest,
  percentRank,
  pivots,
  zscore,
  adx,
  aroon,
  chandelierExit,
  donchian,
  ichimoku,
  keltner,
  linreg,
  linregSlope,
  psar,
  supertrend,
  vortex,
  atr,
  bbands,
  bbandsBandwidth,
  bbandsPercentB,
  choppiness,
  hv,
  mass,
  stddev,
  tr,
  ulcer,
  variance,
  adLine,
  chaikin,
  cmf,
  force,
  mfi,
  obv,
  sessionVwap,
  volumeSma,
  vwap,
  vwapDeviation,
];

const BY_ID = new Map(INDICATORS.map((indicator) => [indicator.id, indicator]));

export function findIndicator(id: string): Indicator | undefined {
  return BY_ID.get(id);
}
