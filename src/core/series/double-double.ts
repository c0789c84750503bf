/**
 * An unevaluated sum of two float64 numbers: about 106 significant bits (relative error 2^-106 an
 * operation). Sums of multiples of one unit are exact while they stay below 2^105 units, as sums
 * of prices do in practice: a million bars of values between 0.01 and 1e6 need 99 bits.
 *
 * Source: T. J. Dekker, "A floating-point technique for extending the available precision", 1971;
 * D. E. Knuth, The Art of Computer Programming 2, 4.2.2 (two-sum).
 */
export class DoubleDouble {
  hi = 0;
  lo = 0;

  set(hi: number, lo: number): this {
    this.hi = hi;
    this.lo = lo;
    return this;
  }

  add(x: number): this {
    const sum = this.hi + x;
    const part = sum - this.hi;
    const low = this.hi - (sum - part) + (x - part) + this.lo;
    this.hi = sum + low;
    this.lo = low - (this.hi - sum);
    return this;
  }

  addProduct(a: number, b: number): this {
    const product = a * b;
    return this.add(product).add(productError(a, b, product));
  }

  /**
   * The quotient by a number, correctly rounded when this sum is exact and `divisor` is an integer
   * below 2^50: such a quotient is never within 2^-104 of a rounding boundary without being on it.
   */
  dividedBy(divisor: number): number {
    const quotient = this.hi / divisor;
    const product = quotient * divisor;
    const rest = this.hi - product - productError(quotient, divisor, product) + this.lo;
    return quotient + rest / divisor;
  }
}

const SPLITTER = 2 ** 27 + 1;

/** What rounding took away from `product = a * b`: `a * b - product`, exact. */
function productError(a: number, b: number, product: number): number {
  const aHigh = highHalf(a);
  const bHigh = highHalf(b);
  const aLow = a - aHigh;
  const bLow = b - bHigh;
  return aHigh * bHigh - product + aHigh * bLow + aLow * bHigh + aLow * bLow;
}

function highHalf(x: number): number {
  const scaled = SPLITTER * x;
  return scaled - (scaled - x);
}
