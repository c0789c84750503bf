import { ema, rma } from "../../../src/core/indicators/recursive-average.ts";
import { trueRangeFromClose } from "../../../src/core/indicators/true-range.ts";
import type { Candles } from "../../../src/core/series/candles.ts";
import type { PriceSource } from "../../../src/core/series/price-source.ts";
import type { Form, Subject } from "./comparison.ts";
import { fromSecondBar, otherStart } from "./forms.ts";
import { computeOurs, numberIn } from "./our-series.ts";

/** Where TA-Lib shows another series than we do, why, and how the two are compared all the same. */

/** By then the averages of the windows compared have forgotten their start. */
const FORGOTTEN = 300;

function closeOf({ view, series }: Subject): Float64Array {
  return view.price((series.params.source ?? "close") as PriceSource);
}

/** Its output is absent until that other one of ours has a value. */
export function hiddenUntil(output: string): Form {
  return {
    reason: `it shows no value before the first one of ${output}`,
    apply: ({ ours, theirs }, { view, series }) => {
      const other = computeOurs(view, { ...series, output });
      return { ours: ours.map((value, t) => value + 0 * other[t]), theirs };
    },
  };
}

export const CHAIKIN_START: Form = {
  reason: "it shows no value before the window of the slow average is full",
  apply: ({ ours, theirs }, { series }) => {
    const shown = numberIn(series, "slowWindow") - 1;
    return { ours: ours.map((value, t) => (t < shown ? Number.NaN : value)), theirs };
  },
};

export const FLAT_IS_UNCORRELATED: Form = {
  reason: "it says 0 where one of the prices did not move, ours has no value",
  apply: ({ ours, theirs }, { series }) => {
    const start = numberIn(series, "window") - 1;
    const shown = (value: number, t: number) => (t >= start && Number.isNaN(value) ? 0 : value);
    return { ours: ours.map(shown), theirs };
  },
};

export const CENTRED_DPO: Form = {
  reason:
    "it takes today's average from an earlier price (the centred form), ours an earlier average " +
    "from today's price (as TradingView, not centred); its last bars need prices that ours lacks",
  apply: ({ ours, theirs }, subject) => {
    const close = closeOf(subject);
    const age = Math.floor(numberIn(subject.series, "window") / 2) + 1;
    const known = ours.length - age;
    const centred = ours.map((_, t) => ours[t + age] - close[t + age] + close[t - age]);
    return { ours: centred.subarray(0, known), theirs: theirs.subarray(0, known) };
  },
};

export const EVENT_FLAGS: Form = {
  reason: "it flags the bar that confirms a pivot with 100 and others with 0, ours has its price",
  apply: ({ ours, theirs }) => ({
    ours: ours.map((price) => (Number.isNaN(price) ? 0 : 100)),
    theirs,
  }),
};

export const FIRST_VOLUME: Form = {
  reason: "its line starts from the first bar's volume, ours from the first change",
  apply: ({ ours, theirs }, { view }) => {
    const [first] = view.candles.volume;
    return { ours: ours.map((value, t) => (t === 0 ? first : first + value)), theirs };
  },
};

export const RANK_OF_STRICTLY_LOWER: Form = {
  reason:
    "it ranks among the bars before and counts those below alone (n bars are our window n + 1), " +
    "ours counts equal ones and itself",
  apply: ({ ours, theirs }, subject) => {
    const close = closeOf(subject);
    const window = numberIn(subject.series, "window");
    const lower = ours.map((rank, t) => {
      const earlier = close.subarray(Math.max(0, t - window + 1), t);
      const equal = earlier.filter((price) => price === close[t]).length;
      return (100 * (Math.round((rank * window) / 100) - 1 - equal)) / (window - 1);
    });
    return { ours: lower, theirs };
  },
};

export const CHANGE_BY_ROUNDING: Form = {
  reason:
    "where two typical prices differ by their last digit it sees no change, ours (as " +
    "TradingView) a fall or a rise",
  apply: ({ ours, theirs }, { view, series }) => {
    const price = view.price("hlc3");
    const change = price.map((value, t) => value - price[t - 1]);
    const isRounding = price.map((value, t) => {
      return Number(change[t] !== 0 && Math.abs(change[t]) <= 4 * Number.EPSILON * value);
    });
    const window = numberIn(series, "window");
    const reproduced = new Set<number>();
    const shown = ours.map((value, t) => {
      const bars = Array.from({ length: window }, (_, i) => t - i);
      if (!bars.some((bar) => isRounding[bar])) return value;
      reproduced.add(t);
      const moved = bars.filter((bar) => change[bar] !== 0 && !isRounding[bar]);
      const flows = moved.map((bar) => price[bar] * view.candles.volume[bar]);
      const rises = flows.filter((_, i) => change[moved[i]] > 0);
      return (100 * sumOf(rises)) / sumOf(flows);
    });
    return { ours: shown, theirs, reproduced };
  },
};

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

/** SAREXT tells the side by a sign: its value against ours, or its sign against our direction. */
export const SIGNED_STOP: Form = {
  reason: "it is negative where the trend is down",
  apply: ({ ours, theirs }, { view, series }) => {
    if (series.output === "direction") return { ours, theirs: theirs.map(Math.sign) };
    const direction = computeOurs(view, { ...series, output: "direction" });
    return { ours: ours.map((stop, t) => stop * direction[t]), theirs };
  },
};

export const SUPERTREND_START: Form = {
  reason:
    "its average true range starts at the second bar and its trend up, ours at the first " +
    "and down (as TradingView); compared from our first rising trend on, with the range of " +
    "the second bar",
  apply: ({ theirs }, subject) => {
    const { series } = subject;
    const direction = fromSecondBar({ ...subject, series: { ...series, output: "direction" } });
    const rising = direction.indexOf(1);
    return { ours: fromSecondBar(subject).subarray(rising), theirs: theirs.subarray(rising) };
  },
};

export const DELAYED_FAST_AVERAGE: Form = otherStart(
  FORGOTTEN,
  "it delays the fast average to the start of the slow one, and shows nothing before the signal",
  (subject) => {
    const { series } = subject;
    const close = closeOf(subject);
    const window = (name: string) => numberIn(series, `${name}Window`);
    const delay = window("slow") - window("fast");
    const late = ema(close.subarray(delay), window("fast"), "sma");
    const slow = ema(close, window("slow"), "sma");
    const line = slow.map((value, t) => (t < delay ? Number.NaN : late[t - delay]) - value);
    const signal = ema(line, window("signal"), "sma");
    if (series.output === "signal") return signal;
    if (series.output === "histogram") return line.map((value, t) => value - signal[t]);
    return line.map((value, t) => value + 0 * signal[t]);
  },
);

export const DELAYED_RANGE: Form = otherStart(
  FORGOTTEN,
  "its average true range starts together with the middle line, ours as early as it can",
  (subject) => {
    const { view, series } = subject;
    const middle = computeOurs(view, { ...series, output: "middle" });
    const delay = numberIn(series, "window") - numberIn(series, "rangeWindow");
    const ranges = trueRangeFromClose(view.candles).subarray(delay);
    const average = rma(ranges, numberIn(series, "rangeWindow"), "sma");
    const sign = series.output === "upper" ? 1 : -1;
    const distance = sign * numberIn(series, "multiplier");
    return middle.map((value, t) => value + distance * average[t - delay]);
  },
);

export const SHORT_FIRST_SUM: Form = otherStart(
  FORGOTTEN,
  "its first sums hold window - 1 moves and ranges, ours (as Wilder and TradingView) window",
  ({ view, series }) => {
    const window = numberIn(series, "window");
    const [up, down] = directionalMoves(view.candles);
    const ranges = sumFromShortStart(trueRangeFromClose(view.candles), window);
    const percent = (moves: Float64Array) => {
      return sumFromShortStart(moves, window).map((sum, t) => (100 * sum) / ranges[t]);
    };
    const [plus, minus] = [percent(up), percent(down)];
    if (series.output === "plusDi") return plus;
    if (series.output === "minusDi") return minus;
    const index = plus.map((di, t) => (100 * Math.abs(di - minus[t])) / (di + minus[t]));
    return rma(index, window, "sma");
  },
);

function directionalMoves({ high, low }: Candles): [up: Float64Array, down: Float64Array] {
  const rise = high.map((value, t) => value - high[t - 1]);
  const fall = low.map((value, t) => low[t - 1] - value);
  return [
    rise.map((value, t) => (value > fall[t] ? Math.max(value, 0) : 0)),
    fall.map((value, t) => (value > rise[t] ? Math.max(value, 0) : 0)),
  ];
}

/** Wilder's sum of a series that starts at the second bar. */
function sumFromShortStart(series: Float64Array, window: number): Float64Array {
  let sum = 0;
  return series.map((value, t) => {
    if (t === 0) return Number.NaN;
    if (t >= window) sum -= sum / window;
    sum += value;
    return t >= window ? sum : Number.NaN;
  });
}
