/** Exact arithmetic on float64 numbers, as fractions of big integers. */
export interface Rational {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

/** Sum of `weight(i) * terms[i]`, exact; the denominator is a power of two. */
export function rationalOf(terms: ArrayLike<number>, weight: (i: number) => number): Rational {
  // 1074 bits after the point hold every float64.
  const bits = 1074n;
  const numerator = Array.from(terms).reduce(
    (sum, term, i) => sum + scaledInteger(term, bits) * BigInt(weight(i)),
    0n,
  );
  return { numerator, denominator: 1n << bits };
}

/** The float64 nearest to a fraction, ties to even. */
export function correctlyRounded(numerator: bigint, denominator: bigint): number {
  if (numerator < 0n) return -correctlyRounded(-numerator, denominator);
  if (numerator === 0n) return 0;
  // 2^shift * numerator / denominator has 54 or 55 bits: 53, one to round by, and perhaps one more.
  const shift = 55n + bitLength(denominator) - bitLength(numerator);
  const up = shift > 0n ? shift : 0n;
  const down = shift < 0n ? -shift : 0n;
  const quotient = (numerator << up) / (denominator << down);
  const exact = quotient * (denominator << down) === numerator << up;
  // A sticky last bit stands for everything below; Number() then rounds to nearest even.
  const sticky = (quotient << 1n) | (exact ? 0n : 1n);
  return Number(sticky) * 2 ** Number(-shift - 1n);
}

function scaledInteger(value: number, bits: bigint): bigint {
  let scaled = value;
  let exponent = 0n;
  while (!Number.isInteger(scaled)) {
    scaled *= 2;
    exponent += 1n;
  }
  return BigInt(scaled) << (bits - exponent);
}

function bitLength(value: bigint): bigint {
  return BigInt(value.toString(2).length);
}
