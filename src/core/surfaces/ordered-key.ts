/** Bits of a key's digit, and digits of a key. */
export const KEY_DIGIT_BITS = 16;
export const KEY_DIGITS = 64 / KEY_DIGIT_BITS;

const float = new Float64Array(1);
const words = new Uint16Array(float.buffer);
/** The most significant word of a float64 comes last in memory on the machines there are. */
const TOP = KEY_DIGITS - 1;
const SIGN = 0x8000;
const ALL = 0xffff;

/**
 * A digit, the first the most significant, of the key whose unsigned order is the order of the
 * numbers: the sign bit is turned, and of negative numbers all other bits too. Zero has one sign.
 */
export function keyDigit(value: number, digit: number): number {
  float[0] = value + 0;
  const negative = (words[TOP] & SIGN) !== 0;
  const word = words[TOP - digit];
  if (negative) return ~word & ALL;
  return digit === 0 ? word | SIGN : word;
}

/** Whether a number's key begins with these digits. */
export function keyBeginsWith(value: number, digits: readonly number[]): boolean {
  for (let d = 0; d < digits.length; d++) if (keyDigit(value, d) !== digits[d]) return false;
  return true;
}

/** The number of a whole key. */
export function numberOfKey(digits: readonly number[]): number {
  const positive = (digits[0] & SIGN) !== 0;
  digits.forEach((digit, d) => {
    if (!positive) words[TOP - d] = ~digit & ALL;
    else words[TOP - d] = d === 0 ? digit & ~SIGN : digit;
  });
  return float[0];
}
