/** Text forms of a report's figures; null prints as N/A everywhere. */
export const NOT_AVAILABLE = "N/A";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** From here on `toFixed` switches to exponents; every such double is an integer. */
const FIXED_LIMIT = 1e21;

/** At most `decimals` decimals, trailing zeros dropped, exact halves to even: 62.5, 0.4062, 0. */
export function formatNumber(value: number | null, decimals: number): string {
  if (value === null) return NOT_AVAILABLE;
  if (Math.abs(value) >= FIXED_LIMIT) return BigInt(value).toString();
  const text = toFixedHalfEven(value, decimals);
  const trimmed = text.includes(".") ? text.replace(/\.?0+$/, "") : text;
  return trimmed === "-0" ? "0" : trimmed;
}

/** A fraction as a percentage; a hundred times the largest doubles is more than a double holds. */
export function formatFraction(value: number | null, decimals: number): string {
  if (value === null || Number.isFinite(value * 100)) {
    return formatNumber(value === null ? null : value * 100, decimals);
  }
  return (BigInt(value) * 100n).toString();
}

/**
 * `toFixed` rounds an exact half away from zero. A double is an exact half at the last decimal only
 * when it is an odd multiple of 2^-(decimals + 1); such a value has one decimal more, a 5, and
 * cutting it off rounds down.
 */
function toFixedHalfEven(value: number, decimals: number): string {
  const nearest = value.toFixed(decimals);
  const isHalf = Math.abs(value * 2 ** (decimals + 1)) % 2 === 1;
  if (!isHalf) return nearest;
  const towardsZero = value
    .toFixed(decimals + 1)
    .slice(0, -1)
    .replace(/\.$/, "");
  return Number(towardsZero.at(-1)) % 2 === 0 ? towardsZero : nearest;
}

/**
 * `8 days, 0:00:00`, `1 day, 12:27:16.363000`, `5:52:10.434000`; parts of a millisecond are cut
 * off.
 */
export function formatDuration(ms: number | null): string {
  if (ms === null) return NOT_AVAILABLE;
  const whole = Math.floor(ms);
  const days = Math.floor(whole / DAY_MS);
  const hours = Math.floor((whole % DAY_MS) / HOUR_MS);
  const minutes = Math.floor((whole % HOUR_MS) / MINUTE_MS);
  const seconds = Math.floor((whole % MINUTE_MS) / 1000);
  const rest = whole % 1000;
  const prefix = days === 0 ? "" : `${days} ${days === 1 ? "day" : "days"}, `;
  const fraction = rest === 0 ? "" : `.${pad(rest, 3)}000`;
  return `${prefix}${hours}:${pad(minutes, 2)}:${pad(seconds, 2)}${fraction}`;
}

/** `2024-01-01 00:00:00.000+00:00`. */
export function formatTime(ms: number | null): string {
  if (ms === null) return NOT_AVAILABLE;
  return new Date(ms).toISOString().replace("T", " ").replace("Z", "+00:00");
}

function pad(value: number, digits: number): string {
  return String(value).padStart(digits, "0");
}
