import { adx } from "./adx.ts";
import { alma } from "./alma.ts";
import { aroon } from "./aroon.ts";
import { atr } from "./atr.ts";
import { bbands } from "./bbands.ts";
import { bbandsBandwidth } from "./bbands-bandwidth.ts";
import { bbandsPercentB } from "./bbands-percent-b.ts";
import { chandelierExit } from "./chandelier-exit.ts";
import { choppiness } from "./choppiness.ts";
import { dema } from "./dema.ts";
import { donchian } from "./donchian.ts";
import { ema } from "./ema.ts";
import { hma } from "./hma.ts";
import { hv } from "./hv.ts";
import { ichimoku } from "./ichimoku.ts";
import type { Indicator } from "./indicator.ts";
import { kama } from "./kama.ts";
import { keltner } from "./keltner.ts";
import { linreg } from "./linreg.ts";
import { linregSlope } from "./linreg-slope.ts";
import { lwma } from "./lwma.ts";
import { macd } from "./macd.ts";
import { psar } from "./psar.ts";
import { rma } from "./rma.ts";
import { rsi } from "./rsi.ts";
import { sma } from "./sma.ts";
import { stddev } from "./stddev.ts";
import { supertrend } from "./supertrend.ts";
import { swma } from "./swma.ts";
import { t3 } from "./t3.ts";
import { tema } from "./tema.ts";
import { tr } from "./tr.ts";
import { ulcer } from "./ulcer.ts";
import { variance } from "./variance.ts";
import { vortex } from "./vortex.ts";
import { vwma } from "./vwma.ts";
import { wma } from "./wma.ts";
import { zlema } from "./zlema.ts";

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
  macd,
  rsi,
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
  stddev,
  tr,
  ulcer,
  variance,
];

const BY_ID = new Map(INDICATORS.map((indicator) => [indicator.id, indicator]));

export function findIndicator(id: string): Indicator | undefined {
  return BY_ID.get(id);
}
