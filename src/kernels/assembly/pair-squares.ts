/**
 * Squared deviations of the daily returns of four variants at once: each sum is a chain of additions, which would wait
 * for one another alone. Twin of DailyTally.squares in core/metrics/tallies.ts.
 */
import { changesOf } from "./pair-room";
import { RETURN_DAYS, RETURN_SUM, SQUARES, SUMS_BYTES } from "./sums";

/** Turns the numbers of kept returns, which closeVariant leaves in the sums, into squares; 0 of fewer than two days. */
export function sumSquares(first: i32, count: i32, out: usize): void {
  const a = out;
  // Beyond the last variant the first one stands in.
  const b = count > 1 ? out + SUMS_BYTES : out;
  const c = count > 2 ? out + 2 * SUMS_BYTES : out;
  const d = count > 3 ? out + 3 * SUMS_BYTES : out;
  const returnsA = changesOf(first);
  const returnsB = changesOf(count > 1 ? first + 1 : first);
  const returnsC = changesOf(count > 2 ? first + 2 : first);
  const returnsD = changesOf(count > 3 ? first + 3 : first);
  const meanA = meanOf(a);
  const meanB = meanOf(b);
  const meanC = meanOf(c);
  const meanD = meanOf(d);
  let sumA = quietSquares(a, meanA);
  let sumB = quietSquares(b, meanB);
  let sumC = quietSquares(c, meanC);
  let sumD = quietSquares(d, meanD);
  const common = min(min(bytesOf(a), bytesOf(b)), min(bytesOf(c), bytesOf(d)));
  for (let at: usize = 0; at < common; at += 8) {
    sumA += squareOf(load<f64>(returnsA + at) - meanA);
    sumB += squareOf(load<f64>(returnsB + at) - meanB);
    sumC += squareOf(load<f64>(returnsC + at) - meanC);
    sumD += squareOf(load<f64>(returnsD + at) - meanD);
  }
  // Those that stand in are finished first: they are overwritten.
  finish(d, returnsD, common, meanD, sumD, count > 3);
  finish(c, returnsC, common, meanC, sumC, count > 2);
  finish(b, returnsB, common, meanB, sumB, count > 1);
  finish(a, returnsA, common, meanA, sumA, true);
}

// @ts-ignore: decorator
@inline
function squareOf(x: f64): f64 {
  return x * x;
}

function meanOf(sums: usize): f64 {
  return load<f64>(sums, RETURN_SUM) / load<f64>(sums, RETURN_DAYS);
}

function bytesOf(sums: usize): usize {
  return <usize>load<f64>(sums, SQUARES) << 3;
}

/** What the days without a change add. */
function quietSquares(sums: usize, mean: f64): f64 {
  return (load<f64>(sums, RETURN_DAYS) - load<f64>(sums, SQUARES)) * (mean * mean);
}

/** Adds the returns that others do not have as many of. */
function finish(sums: usize, returns: usize, from: usize, mean: f64, sum: f64, isOwn: bool): void {
  if (!isOwn) return;
  const end = bytesOf(sums);
  for (let at = from; at < end; at += 8) sum += squareOf(load<f64>(returns + at) - mean);
  store<f64>(sums, load<f64>(sums, RETURN_DAYS) > 1 ? sum : 0, SQUARES);
}
