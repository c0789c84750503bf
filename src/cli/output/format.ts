/** Numbers as people read them. Undefined is N/A, never 0. */

const counts = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const rates = new Intl.NumberFormat("en-US", { notation: "compact", maximumSignificantDigits: 3 });

export const NOT_AVAILABLE = "N/A";

/** 1234567 -> `1,234,567` */
export function formatCount(value: number): string {
  return counts.format(value);
}

/** Variants a second: 1234567 -> `1.23M/s` */
export function formatRate(perSecond: number | null): string {
  return perSecond === null ? "-/s" : `${rates.format(perSecond)}/s`;
}

/** Seconds -> `0:07`, `12:05`, `3:02:09`; null -> `-`. Rounded up: an ETA of 0:00 is done. */
export function formatDuration(seconds: number | null): string {
  if (seconds === null) return "-";
  const whole = Math.ceil(seconds);
  const [hours, minutes, rest] = [
    Math.floor(whole / 3_600),
    Math.floor(whole / 60) % 60,
    whole % 60,
  ];
  const two = (value: number) => String(value).padStart(2, "0");
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

/** Bytes -> `1.5 GiB` */
export function formatBytes(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  const power = Math.min(Math.floor(Math.log2(Math.max(bytes, 1)) / 10), units.length - 1);
  const amount = bytes / 2 ** (10 * power);
  return `${amount.toFixed(power === 0 || amount >= 100 ? 0 : 1)} ${units[power]}`;
}

/** A metric by its name, without its unit: signed returns, whole counts, two decimals otherwise. */
export function formatMetric(name: string, value: number | null | undefined): string {
  if (value === null || value === undefined) return NOT_AVAILABLE;
  if (name === "numTrades") return formatCount(value);
  const isReturn = name.endsWith("ReturnPct") || name === "expectancyPct";
  return `${isReturn && value > 0 ? "+" : ""}${value.toFixed(2)}`;
}

/** A stop or target distance in percent; null is off. */
export function formatRisk(pct: number | null): string {
  return pct === null ? "off" : String(pct);
}

const METRIC_TITLES: Readonly<Record<string, string>> = {
  totalReturnPct: "return %",
  maxDrawdownPct: "max dd %",
  returnOverMaxDrawdown: "return/dd",
  profitFactor: "profit f.",
  winRatePct: "win %",
  numTrades: "trades",
  expectancyPct: "expect. %",
};

/** Short enough for the head of a column, with the unit. */
export function metricTitle(name: string): string {
  return METRIC_TITLES[name] ?? name;
}
