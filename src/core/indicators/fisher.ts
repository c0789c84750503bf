import { highest, lowest } from "../series/window-extremes.ts";
import type { Indicator } from "./indicator.ts";
import { numberOf, sourceOf, sourceSpec, windowSpec } from "./parameters.ts";

/** Beyond this the transform runs away, so the position is held here. */
const BOUND = 0.99;
const HELD = 0.999;

export const fisher: Indicator = {
  id: "momentum.fisher",
  title: "Fisher transform",
  formula:
    "x = 0.66 * ((price - lowest) / (highest - lowest) - 0.5) + 0.67 * x[1], " +
    "held within +-0.999; " +
    "fisher = 0.5 * ln((1 + x) / (1 - x)) + 0.5 * fisher[1]; trigger = fisher[1]",
  source: "J. F. Ehlers, Stocks & Commodities, 2002; TradingView Fisher Transform",
  params: [windowSpec("window", 9, "Bars of the highest and the lowest price."), sourceSpec("hl2")],
  outputs: ["fisher", "trigger"],
  defaultRule: { rule: "sign", output: "fisher" },
  warmup: (params) => [numberOf(params, "window") - 1, numberOf(params, "window")],
  compute: (view, params) => {
    const price = view.price(sourceOf(params));
    const value = transform(price, numberOf(params, "window"));
    const trigger = value.map((now, t) =>
      t === 0 || Number.isNaN(now) ? Number.NaN : value[t - 1],
    );
    return [value, trigger];
  },
};

/** Starts from 0, also after a hole; a window without any range counts as its middle. */
function transform(price: Float64Array, window: number): Float64Array {
  const top = highest(price, window);
  const bottom = lowest(price, window);
  const out = new Float64Array(price.length);
  let x = 0;
  let value = 0;
  for (let t = 0; t < out.length; t++) {
    const range = top[t] - bottom[t];
    if (Number.isNaN(range)) {
      x = 0;
      value = 0;
      out[t] = Number.NaN;
      continue;
    }
    const position = range === 0 ? 0 : (price[t] - bottom[t]) / range - 0.5;
    x = held(0.66 * position + 0.67 * x);
    value = 0.5 * Math.log((1 + x) / (1 - x)) + 0.5 * value;
    out[t] = value;
  }
  return out;
}

function held(x: number): number {
  if (x > BOUND) return HELD;
  return x < -BOUND ? -HELD : x;
}
