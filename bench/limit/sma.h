// Rows of simple moving averages of a block of bars, and their order: shared by W1, W3 and W4.
#pragma once
#include <math.h>
#include "common.h"

#define BLOCK 512
#define WORDS (BLOCK / 64)
#define FIRST_WINDOW 2
#define ROWS 100
#define TICKS 100.0        // prices are whole hundredths

typedef struct {
  double value[ROWS][BLOCK];
  int16_t key[ROWS][BLOCK];
} Rows;

// Sums of the first t closes in ticks: exact, whatever the order.
static inline double *tick_sums(const Market *market) {
  double *sums = room((market->bars + PAD + 1) * sizeof(double));
  sums[0] = 0;
  for (int t = 0; t < market->bars + PAD; t++) sums[t + 1] = sums[t] + rint(market->close[t] * TICKS);
  return sums;
}

// A monotone 16-bit code of the rows at each bar: a strict order of keys proves that of the values.
static inline void fill_rows(const double *sums, int from, Rows *rows) {
  static const double reach = 32000;
  for (int r = 0; r < ROWS; r++) {
    int window = r + FIRST_WINDOW;
    __m512d divisor = _mm512_set1_pd(TICKS * window);
    for (int t = 0; t < BLOCK; t += LANES) {
      __m512d mean = _mm512_set1_pd(NAN);
      if (from + t + LANES - 1 >= window - 1) {
        __m512d to = _mm512_loadu_pd(sums + from + t + 1);
        int start = from + t + 1 - window;
        __mmask8 there = start >= 0 ? 0xff : (__mmask8)(0xff << -start);
        __m512d since = _mm512_maskz_loadu_pd(there, sums + start);
        mean = _mm512_mask_div_pd(mean, there, _mm512_sub_pd(to, since), divisor);
      }
      _mm512_store_pd(&rows->value[r][t], mean);
    }
  }
  if (from == 0) return;   // its bars without all rows are compared as they are
  for (int t = 0; t < BLOCK; t += LANES) {
    __m512d low = _mm512_load_pd(&rows->value[0][t]), high = low;
    for (int r = 1; r < ROWS; r++) {
      __m512d x = _mm512_load_pd(&rows->value[r][t]);
      low = _mm512_min_pd(low, x);
      high = _mm512_max_pd(high, x);
    }
    __m512d range = _mm512_sub_pd(high, low);
    __mmask8 moves = _mm512_cmp_pd_mask(range, _mm512_setzero_pd(), _CMP_GT_OQ);
    __m512d scale = _mm512_maskz_div_pd(moves, _mm512_set1_pd(2 * reach), range);
    __m512d middle = _mm512_mul_pd(_mm512_add_pd(low, high), _mm512_set1_pd(0.5));
    for (int r = 0; r < ROWS; r++) {
      __m512d x = _mm512_sub_pd(_mm512_load_pd(&rows->value[r][t]), middle);
      __m256i whole = _mm512_cvtpd_epi32(_mm512_mul_pd(x, scale));
      _mm_store_si128((__m128i *)&rows->key[r][t], _mm256_cvtsepi32_epi16(whole));
    }
  }
}

// Bits of 64 bars where row a is above row b, and below it.
static inline void compare_values(const double *a, const double *b, uint64_t *above, uint64_t *below) {
  uint64_t l = 0, s = 0;
  for (int t = 0; t < 64; t += LANES) {
    __m512d x = _mm512_load_pd(a + t), y = _mm512_load_pd(b + t);
    l |= (uint64_t)_mm512_cmp_pd_mask(x, y, _CMP_GT_OQ) << t;
    s |= (uint64_t)_mm512_cmp_pd_mask(x, y, _CMP_LT_OQ) << t;
  }
  *above = l;
  *below = s;
}

static inline void compare_keys(const Rows *rows, int a, int b, int w, uint64_t *above,
                                uint64_t *below) {
  const __m512i *x = (const __m512i *)&rows->key[a][w * 64];
  const __m512i *y = (const __m512i *)&rows->key[b][w * 64];
  uint64_t l = _mm512_cmpgt_epi16_mask(x[0], y[0]) |
               (uint64_t)_mm512_cmpgt_epi16_mask(x[1], y[1]) << 32;
  uint64_t s = _mm512_cmpgt_epi16_mask(y[0], x[0]) |
               (uint64_t)_mm512_cmpgt_epi16_mask(y[1], x[1]) << 32;
  uint64_t ties = ~(l | s);
  if (__builtin_expect(ties != 0, 0)) {
    if (__builtin_popcountll(ties) > 8) {
      compare_values(&rows->value[a][w * 64], &rows->value[b][w * 64], above, below);
      return;
    }
    for (; ties != 0; ties &= ties - 1) {
      int t = w * 64 + __builtin_ctzll(ties);
      uint64_t bit = ties & -ties;
      if (rows->value[a][t] > rows->value[b][t]) l |= bit;
      if (rows->value[a][t] < rows->value[b][t]) s |= bit;
    }
  }
  *above = l;
  *below = s;
}
