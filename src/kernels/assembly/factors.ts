import { BASE, SLOPE } from "./rules";

/**
 * Factors of trades from the closes at their entries and exits: two trades at a time, any order of
 * memory.
 */
export function tradeFactors(
  rules: usize,
  close: usize,
  count: i32,
  side: usize,
  entry: usize,
  exit: usize,
  factor: usize,
): void {
  for (let i = 0; i < count; i++) {
    const at = <usize>i << 2;
    const e = load<f64>(close + (<usize>load<i32>(entry + at) << 3));
    const x = load<f64>(close + (<usize>load<i32>(exit + at) << 3));
    const coefficients = rules + (<usize>load<u8>(side + <usize>i) << 3);
    const value = load<f64>(coefficients, BASE) + load<f64>(coefficients, SLOPE) * (x / e);
    store<f64>(factor + (<usize>i << 3), value);
  }
}
