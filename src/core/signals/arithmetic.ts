import type { ArithmeticOp } from "./atom.ts";

/**
 * One operation in float64, bar by bar: infinite where a quotient has no denominator, NaN where an
 * operand is. One of the operands is a series of `bars` values.
 */
export function calculate(
  left: Float64Array | number,
  op: ArithmeticOp,
  right: Float64Array | number,
  bars: number,
): Float64Array {
  const a = asSeries(left, bars);
  const b = asSeries(right, bars);
  const out = new Float64Array(bars);
  switch (op) {
    case "+":
      for (let t = 0; t < bars; t++) out[t] = a[t] + b[t];
      return out;
    case "-":
      for (let t = 0; t < bars; t++) out[t] = a[t] - b[t];
      return out;
    case "*":
      for (let t = 0; t < bars; t++) out[t] = a[t] * b[t];
      return out;
    case "/":
      for (let t = 0; t < bars; t++) out[t] = a[t] / b[t];
      return out;
  }
}

/** The same operation on two numbers. */
export function calculateNumber(left: number, op: ArithmeticOp, right: number): number {
  switch (op) {
    case "+":
      return left + right;
    case "-":
      return left - right;
    case "*":
      return left * right;
    case "/":
      return left / right;
  }
}

function asSeries(operand: Float64Array | number, bars: number): Float64Array {
  return typeof operand === "number" ? new Float64Array(bars).fill(operand) : operand;
}
