import type { Indicator } from "./indicator.ts";
import { wma } from "./wma.ts";

/** Platforms know the weighted moving average under either name. */
export const lwma: Indicator = {
  ...wma,
  id: "ma.lwma",
  title: "Linear weighted moving average",
  source: "MetaTrader MODE_LWMA; the same average as TA-Lib WMA",
};
