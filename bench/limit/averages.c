// Recursive averages of several windows at once, a window a lane.
#include <math.h>
#include "common.h"

// Sum of a few values as hi + lo, divided: the product's seed of a recursive average.
typedef struct { double hi, lo; } Fine;

static void add(Fine *sum, double x) {
  double s = sum->hi + x, part = s - sum->hi;
  double low = sum->hi - (s - part) + (x - part) + sum->lo;
  sum->hi = s + low;
  sum->lo = low - (sum->hi - s);
}

static double divided(Fine sum, double divisor) {
  double quotient = sum.hi / divisor, product = quotient * divisor;
  double rest = sum.hi - product - fma(quotient, divisor, -product) + sum.lo;
  return quotient + rest / divisor;
}

static double mean(const double *series, int count) {
  Fine sum = {0, 0};
  for (int i = 0; i < count; i++) add(&sum, series[i]);
  return divided(sum, count);
}

// Average of `series` from bar `from` on: lane r of out[t] belongs to windows[r].
static void average_lanes(const double *series, int from, int bars, const int *windows,
                          const double *weights, __m512d *out) {
  double seed[LANES];
  int first = bars, last = 0;
  for (int r = 0; r < LANES; r++) {
    int at = from + windows[r] - 1;
    seed[r] = mean(series + from, windows[r]);
    first = at < first ? at : first;
    last = at > last ? at : last;
  }
  __m512d weight = _mm512_loadu_pd(weights), average = _mm512_set1_pd(NAN);
  for (int t = 0; t < first; t++) out[t] = average;
  for (int t = first; t < bars; t++) {
    __m512d value = _mm512_set1_pd(series[t]);
    __m512d step = _mm512_mul_pd(weight, _mm512_sub_pd(value, average));
    average = _mm512_add_pd(average, step);
    if (t <= last)
      for (int r = 0; r < LANES; r++)
        if (t == from + windows[r] - 1)
          average = _mm512_mask_mov_pd(average, 1 << r, _mm512_set1_pd(seed[r]));
    out[t] = average;
  }
}

// Lanes of eight windows become rows; rows of `stride` numbers.
static void lanes_to_rows(const __m512d *lanes, int bars, int rows, int stride, double *out) {
  const double *values = (const double *)lanes;
  for (int t = 0; t < bars; t++)
    for (int r = 0; r < rows; r++) out[(size_t)r * stride + t] = values[t * LANES + r];
}

static int lanes_of(const int *windows, int rows, int *lane) {
  int count = rows < LANES ? rows : LANES;
  for (int r = 0; r < LANES; r++) lane[r] = windows[r < count ? r : 0];
  return count;
}

void ema_rows(const double *series, int bars, const int *windows, int rows, double *out) {
  int stride = bars + PAD;
  __m512d *lanes = room(bars * sizeof(__m512d));
  for (int row = 0; row < rows; row += LANES) {
    int lane[LANES];
    double weight[LANES];
    int count = lanes_of(windows + row, rows - row, lane);
    for (int r = 0; r < LANES; r++) weight[r] = 2.0 / (lane[r] + 1);
    average_lanes(series, 0, bars, lane, weight, lanes);
    lanes_to_rows(lanes, bars, count, stride, out + (size_t)row * stride);
  }
  free(lanes);
}

void rsi_rows(const double *close, int bars, const int *windows, int rows, double *out) {
  int stride = bars + PAD;
  double *rises = room(bars * sizeof(double)), *falls = room(bars * sizeof(double));
  for (int t = 1; t < bars; t++) {
    double change = close[t] - close[t - 1];
    rises[t] = change > 0 ? change : 0;
    falls[t] = change < 0 ? -change : 0;
  }
  __m512d *up = room(bars * sizeof(__m512d)), *down = room(bars * sizeof(__m512d));
  const __m512d hundred = _mm512_set1_pd(100);
  for (int row = 0; row < rows; row += LANES) {
    int lane[LANES];
    double weight[LANES];
    int count = lanes_of(windows + row, rows - row, lane);
    for (int r = 0; r < LANES; r++) weight[r] = 1.0 / lane[r];
    average_lanes(rises, 1, bars, lane, weight, up);
    average_lanes(falls, 1, bars, lane, weight, down);
    for (int t = 0; t < bars; t++) {
      __m512d ratio = _mm512_div_pd(_mm512_mul_pd(hundred, up[t]), _mm512_add_pd(up[t], down[t]));
      __mmask8 none = _mm512_cmp_pd_mask(down[t], _mm512_setzero_pd(), _CMP_EQ_OQ);
      up[t] = _mm512_mask_mov_pd(ratio, none, hundred);
    }
    lanes_to_rows(up, bars, count, stride, out + (size_t)row * stride);
  }
  free(rises); free(falls); free(up); free(down);
}
