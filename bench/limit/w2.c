// W2: bands of an RSI. Long and short exclude one another, so a variant is a long atom times a short atom: an account
// matrix, whose row moves when a long atom closes a trade and whose column moves when a short one does.
#include <math.h>
#include "common.h"

#define FIRST_WINDOW 2
#define WINDOWS 49
#define LEVELS 21
#define FIRST_LONG 20.0
#define FIRST_SHORT 60.0
#define COLUMNS 24
#define GROUPS (COLUMNS / LANES)

typedef struct {
  double cash[LEVELS][COLUMNS];
  double long_entry[COLUMNS], short_entry[COLUMNS];
  double ruin;
} Matrix;

static inline void multiply(Matrix *m, int row, int group, __mmask8 lanes, __m512d factor) {
  double *at = &m->cash[row][group * LANES];
  __m512d cash = _mm512_load_pd(at);
  __mmask8 trades = _mm512_mask_cmp_pd_mask(lanes, cash, _mm512_set1_pd(m->ruin), _CMP_GT_OQ);
  _mm512_store_pd(at, _mm512_mask_mul_pd(cash, trades, cash, factor));
}

static inline __m512d factors(int side, double price, const double *entries) {
  __m512d ratio = _mm512_div_pd(_mm512_set1_pd(price), _mm512_load_pd(entries));
  return _mm512_add_pd(_mm512_set1_pd(BASE[side]), _mm512_mul_pd(_mm512_set1_pd(SLOPE[side]), ratio));
}

// Long atoms [from, to) close their trades.
static void close_long(Matrix *m, int from, int to, double price) {
  double factor[COLUMNS] __attribute__((aligned(64)));
  for (int g = from / LANES; g * LANES < to; g++)
    _mm512_store_pd(factor + g * LANES, factors(0, price, m->long_entry + g * LANES));
  for (int row = from; row < to; row++)
    for (int g = 0; g < GROUPS; g++) multiply(m, row, g, 0xff, _mm512_set1_pd(factor[row]));
}

// Short atoms [from, to) close their trades.
static void close_short(Matrix *m, int from, int to, double price) {
  for (int g = from / LANES; g * LANES < to; g++) {
    uint32_t lanes = ((1u << to) - (1u << from)) >> (g * LANES);
    __m512d factor = factors(1, price, m->short_entry + g * LANES);
    for (int row = 0; row < LEVELS; row++) multiply(m, row, g, (__mmask8)lanes, factor);
  }
}

// Long atoms [longs[t], LEVELS) hold at bar t, and short atoms [0, shorts[t]).
static void levels(const double *rsi, int bars, int8_t *longs, int8_t *shorts) {
  const __m512d most = _mm512_set1_pd(LEVELS), none = _mm512_setzero_pd();
  for (int t = 0; t < bars; t += LANES) {
    __m512d x = _mm512_loadu_pd(rsi + t);
    __mmask8 there = _mm512_cmp_pd_mask(x, x, _CMP_ORD_Q);
    __m512d l = _mm512_ceil_pd(_mm512_sub_pd(x, _mm512_set1_pd(FIRST_LONG)));
    __m512d s = _mm512_floor_pd(_mm512_sub_pd(x, _mm512_set1_pd(FIRST_SHORT - 1)));
    l = _mm512_mask_min_pd(most, there, _mm512_max_pd(l, none), most);
    s = _mm512_maskz_min_pd(there, _mm512_max_pd(s, none), most);
    _mm_storel_epi64((__m128i *)(longs + t), _mm512_cvtepi64_epi8(_mm512_cvtpd_epi64(l)));
    _mm_storel_epi64((__m128i *)(shorts + t), _mm512_cvtepi64_epi8(_mm512_cvtpd_epi64(s)));
  }
}

static void change(Matrix *m, int t, const int8_t *longs, const int8_t *shorts, double price) {
  int l = longs[t], was_l = longs[t - 1], s = shorts[t], was_s = shorts[t - 1];
  if (l > was_l) close_long(m, was_l, l, price);
  if (s < was_s) close_short(m, s, was_s, price);
  for (int row = l; row < was_l; row++) m->long_entry[row] = price;
  for (int column = was_s; column < s; column++) m->short_entry[column] = price;
}

static void walk(Matrix *m, const int8_t *longs, const int8_t *shorts, const double *close, int bars) {
  for (int from = 0; from < bars; from += 64) {
    uint64_t turns = 0;
    turns |= _mm512_cmpneq_epi8_mask(_mm512_loadu_si512(longs + from), _mm512_loadu_si512(longs + from - 1));
    turns |= _mm512_cmpneq_epi8_mask(_mm512_loadu_si512(shorts + from), _mm512_loadu_si512(shorts + from - 1));
    if (bars - from < 64) turns &= (1ull << (bars - from)) - 1;
    for (; turns != 0; turns &= turns - 1) {
      int t = from + __builtin_ctzll(turns);
      change(m, t, longs, shorts, close[t]);
    }
  }
  close_long(m, longs[bars - 1], LEVELS, close[bars - 1]);
  close_short(m, 0, shorts[bars - 1], close[bars - 1]);
}

int run_w2(const Market *market, double *returns) {
  int bars = market->bars, stride = bars + PAD, windows[WINDOWS];
  for (int i = 0; i < WINDOWS; i++) windows[i] = FIRST_WINDOW + i;
  double *rsi = room((size_t)WINDOWS * stride * sizeof(double));
  rsi_rows(market->close, bars, windows, WINDOWS, rsi);
  int8_t *longs = room(stride), *shorts = room(stride);
  longs[63] = LEVELS;  // nothing is held before the first bar
  shorts[63] = 0;
  Matrix *m = room(sizeof(Matrix));
  m->ruin = RUIN(market->start_cash);
  for (int i = 0; i < WINDOWS; i++) {
    for (int c = 0; c < COLUMNS; c++) m->long_entry[c] = m->short_entry[c] = 1;
    for (int row = 0; row < LEVELS; row++)
      for (int c = 0; c < COLUMNS; c++) m->cash[row][c] = market->start_cash;
    levels(rsi + (size_t)i * stride, bars, longs + 64, shorts + 64);
    walk(m, longs + 64, shorts + 64, market->close, bars);
    for (int row = 0; row < LEVELS; row++)
      for (int c = 0; c < LEVELS; c++)
        *returns++ = return_pct(m->cash[row][c], market->start_cash);
  }
  free(rsi); free(longs); free(shorts); free(m);
  return WINDOWS * LEVELS * LEVELS;
}
