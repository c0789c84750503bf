import type { ParameterSpec } from "../parameter.ts";
import type { Candles } from "../series/candles.ts";
import type { Indicator } from "./indicator.ts";
import { numberOf } from "./parameters.ts";

const UP = 1;
const DOWN = -1;

/**
 * As TA-Lib: the first value is that of the second bar, whose trend is down where its low fell
 * further than its high rose; a bar that touches the stop reverses it.
 */
export const psar: Indicator = {
  id: "trend.psar",
  title: "Parabolic stop and reverse",
  formula:
    "psar += acceleration * (extreme - psar), not beyond the last two bars; acceleration grows " +
    "with each new extreme of the trend; where a bar touches psar, it becomes that extreme and " +
    "the trend turns",
  source: "J. W. Wilder, New Concepts in Technical Trading Systems, 1978; TA-Lib SAR",
  params: [
    acceleration("accelStart", 0.02, "Acceleration at the start of a trend."),
    acceleration("accelStep", 0.02, "What a new extreme of the trend adds to it."),
    acceleration("accelMax", 0.2, "Largest acceleration."),
  ],
  outputs: ["psar", "direction"],
  defaultRule: { rule: "price", output: "psar" },
  warmup: () => [1, 1],
  compute: ({ candles }, params) => {
    const accelMax = numberOf(params, "accelMax");
    return stopAndReverse(candles, {
      start: Math.min(numberOf(params, "accelStart"), accelMax),
      step: numberOf(params, "accelStep"),
      max: accelMax,
    });
  },
};

function acceleration(name: string, defaultValue: number, description: string): ParameterSpec {
  return { name, kind: "number", min: 0.0001, max: 1, default: defaultValue, description };
}

interface Acceleration {
  readonly start: number;
  readonly step: number;
  readonly max: number;
}

/** Stop and direction (1 up, -1 down) of each bar; after a hole as at the start. */
function stopAndReverse(
  { high, low }: Candles,
  { start, step, max }: Acceleration,
): Float64Array[] {
  const stops = new Float64Array(high.length).fill(Number.NaN);
  const directions = new Float64Array(high.length).fill(Number.NaN);
  const notBeyond = (a: number, b: number, direction: number, stop: number) =>
    direction === UP ? Math.min(stop, low[a], low[b]) : Math.max(stop, high[a], high[b]);
  let present = 0;
  let direction = UP;
  let stop = 0;
  let extreme = 0;
  let pace = start;
  for (let t = 0; t < high.length; t++) {
    present = Number.isNaN(high[t] + low[t]) ? 0 : present + 1;
    if (present < 2) continue;
    if (present === 2) {
      const fall = low[t - 1] - low[t];
      direction = fall > 0 && fall > high[t] - high[t - 1] ? DOWN : UP;
      stop = direction === UP ? low[t - 1] : high[t - 1];
      extreme = direction === UP ? high[t] : low[t];
      pace = start;
    }
    // TA-Lib lets the bar before the first trend bound nothing.
    const before = present === 2 ? t : t - 1;
    if (direction === UP ? low[t] <= stop : high[t] >= stop) {
      direction = -direction;
      stop = notBeyond(before, t, direction, extreme);
      extreme = direction === UP ? high[t] : low[t];
      pace = start;
      stops[t] = stop;
    } else {
      stops[t] = stop;
      const reached = direction === UP ? high[t] : low[t];
      if (direction === UP ? reached > extreme : reached < extreme) {
        extreme = reached;
        pace = Math.min(pace + step, max);
      }
    }
    directions[t] = direction;
    stop = notBeyond(before, t, direction, stop + pace * (extreme - stop));
  }
  return [stops, directions];
}
