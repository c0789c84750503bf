// W5: price against EMA, and RSI bands, and the sign of the MACD histogram. For one EMA, MACD and RSI there are five
// long and eight short signals that exclude one another: planes side by side in a register, accounts in five more.
#include <math.h>
#include "common.h"

#define EMAS 20
#define MACDS 9
#define RSIS 15
#define LONGS 5
#define SHORTS 8
#define FIRST_LONG 55.0
#define FIRST_SHORT 38.0
#define SLOW_WINDOW 26
#define SIGNAL_WINDOW 9

typedef struct { uint64_t *above, *below; } Planes;
typedef struct { __m512i *above, *below; } Bands;  // eight planes side by side, a word each

static Planes planes_of(const double *a, const double *b, int bars) {
  int words = (bars + 63) / 64;
  Planes planes = {room(words * 8), room(words * 8)};
  for (int w = 0; w < words; w++) {
    uint64_t l = 0, s = 0;
    for (int t = 0; t < 64; t += LANES) {
      __m512d x = _mm512_loadu_pd(a + w * 64 + t), y = _mm512_loadu_pd(b + w * 64 + t);
      l |= (uint64_t)_mm512_cmp_pd_mask(x, y, _CMP_GT_OQ) << t;
      s |= (uint64_t)_mm512_cmp_pd_mask(x, y, _CMP_LT_OQ) << t;
    }
    planes.above[w] = l;
    planes.below[w] = s;
  }
  return planes;
}

static Bands bands_of(const double *rsi, int bars) {
  int words = (bars + 63) / 64;
  Bands bands = {room(words * 64), room(words * 64)};
  for (int w = 0; w < words; w++) {
    uint64_t l[LANES] = {0}, s[LANES] = {0};
    for (int t = 0; t < 64; t += LANES) {
      __m512d x = _mm512_loadu_pd(rsi + w * 64 + t);
      for (int i = 0; i < LONGS; i++)
        l[i] |= (uint64_t)_mm512_cmp_pd_mask(x, _mm512_set1_pd(FIRST_LONG + i), _CMP_GE_OQ) << t;
      for (int i = 0; i < SHORTS; i++)
        s[i] |= (uint64_t)_mm512_cmp_pd_mask(x, _mm512_set1_pd(FIRST_SHORT + i), _CMP_LE_OQ) << t;
    }
    bands.above[w] = _mm512_loadu_si512(l);
    bands.below[w] = _mm512_loadu_si512(s);
  }
  return bands;
}

// MACD line minus its average; the average starts at the first value of the line.
static void histogram(double *fast, const double *slow, int bars, double *out) {
  int first = SLOW_WINDOW - 1, window = SIGNAL_WINDOW;
  double *signal = room((bars + PAD) * sizeof(double));
  for (int t = 0; t < bars; t++) fast[t] -= slow[t];
  ema_rows(fast + first, bars - first, &window, 1, signal);
  for (int t = 0; t < bars; t++) out[t] = t < first ? NAN : fast[t] - signal[t - first];
  free(signal);
}

typedef struct {
  __m512d cash[LONGS];
  __m512d long_entry, short_entry, ruin;
} Legs;

static inline __m512d factors(int side, double price, __m512d entries) {
  __m512d ratio = _mm512_div_pd(_mm512_set1_pd(price), entries);
  return _mm512_add_pd(_mm512_set1_pd(BASE[side]), _mm512_mul_pd(_mm512_set1_pd(SLOPE[side]), ratio));
}

static inline void multiply(Legs *legs, int row, __mmask8 lanes, __m512d factor) {
  __m512d cash = legs->cash[row];
  __mmask8 trades = _mm512_mask_cmp_pd_mask(lanes, cash, legs->ruin, _CMP_GT_OQ);
  legs->cash[row] = _mm512_mask_mul_pd(cash, trades, cash, factor);
}

static inline void close_long(Legs *legs, __mmask8 rows, double price) {
  double factor[LANES];
  _mm512_storeu_pd(factor, factors(0, price, legs->long_entry));
  for (int row = 0; row < LONGS; row++)
    multiply(legs, row, (__mmask8)-((rows >> row) & 1), _mm512_set1_pd(factor[row]));
}

static inline void close_short(Legs *legs, __mmask8 columns, double price) {
  __m512d factor = factors(1, price, legs->short_entry);
  for (int row = 0; row < LONGS; row++) multiply(legs, row, columns, factor);
}

static void walk(Legs *legs, const Planes *ema, const Planes *macd, const Bands *rsi,
                 const Market *market) {
  const double *close = market->close;
  int bars = market->bars;
  __m512i was_long = _mm512_setzero_si512(), was_short = was_long;
  for (int w = 0; w * 64 < bars; w++) {
    uint64_t valid = bars - w * 64 < 64 ? (1ull << (bars - w * 64)) - 1 : ~0ull;
    __m512i l = _mm512_and_si512(rsi->above[w], _mm512_set1_epi64(ema->above[w] & macd->above[w] & valid));
    __m512i s = _mm512_and_si512(rsi->below[w], _mm512_set1_epi64(ema->below[w] & macd->below[w] & valid));
    __m512i turn_l = _mm512_xor_si512(l, _mm512_or_si512(_mm512_slli_epi64(l, 1), was_long));
    __m512i turn_s = _mm512_xor_si512(s, _mm512_or_si512(_mm512_slli_epi64(s, 1), was_short));
    int last = valid == ~0ull ? 63 : (bars & 63) - 1;
    was_long = _mm512_srli_epi64(l, last);
    was_short = _mm512_srli_epi64(s, last);
    uint64_t turns = valid & (uint64_t)_mm512_reduce_or_epi64(_mm512_or_si512(turn_l, turn_s));
    for (; turns != 0; turns &= turns - 1) {
      __m512i bit = _mm512_set1_epi64((long long)(turns & -turns));
      double price = close[w * 64 + __builtin_ctzll(turns)];
      __mmask8 set_l = _mm512_test_epi64_mask(l, bit), set_s = _mm512_test_epi64_mask(s, bit);
      __mmask8 flip_l = _mm512_test_epi64_mask(turn_l, bit), flip_s = _mm512_test_epi64_mask(turn_s, bit);
      if (flip_l & ~set_l) close_long(legs, flip_l & ~set_l, price);
      if (flip_s & ~set_s) close_short(legs, flip_s & ~set_s, price);
      legs->long_entry = _mm512_mask_mov_pd(legs->long_entry, flip_l & set_l, _mm512_set1_pd(price));
      legs->short_entry = _mm512_mask_mov_pd(legs->short_entry, flip_s & set_s, _mm512_set1_pd(price));
    }
  }
  close_long(legs, _mm512_test_epi64_mask(was_long, _mm512_set1_epi64(1)), close[bars - 1]);
  close_short(legs, _mm512_test_epi64_mask(was_short, _mm512_set1_epi64(1)), close[bars - 1]);
}

static void signals(const Market *market, Planes *ema, Planes *macd, Bands *rsi) {
  int bars = market->bars, stride = bars + PAD;
  int ema_windows[EMAS], macd_windows[MACDS + 1], rsi_windows[RSIS];
  for (int i = 0; i < EMAS; i++) ema_windows[i] = 20 + 10 * i;
  for (int i = 0; i < MACDS; i++) macd_windows[i] = 8 + i;
  macd_windows[MACDS] = SLOW_WINDOW;
  for (int i = 0; i < RSIS; i++) rsi_windows[i] = 10 + i;
  double *rows = room((size_t)EMAS * stride * sizeof(double));
  double *zero = room(stride * sizeof(double)), *out = room(stride * sizeof(double));
  memset(zero, 0, stride * sizeof(double));
  ema_rows(market->close, bars, ema_windows, EMAS, rows);
  for (int i = 0; i < EMAS; i++) ema[i] = planes_of(market->close, rows + (size_t)i * stride, bars);
  ema_rows(market->close, bars, macd_windows, MACDS + 1, rows);
  for (int i = 0; i < MACDS; i++) {
    histogram(rows + (size_t)i * stride, rows + (size_t)MACDS * stride, bars, out);
    macd[i] = planes_of(out, zero, bars);
  }
  rsi_rows(market->close, bars, rsi_windows, RSIS, rows);
  for (int i = 0; i < RSIS; i++) rsi[i] = bands_of(rows + (size_t)i * stride, bars);
  free(rows); free(zero); free(out);
}

int run_w5(const Market *market, double *returns) {
  Planes ema[EMAS], macd[MACDS];
  Bands rsi[RSIS];
  signals(market, ema, macd, rsi);
  for (int v = 0; v < EMAS * MACDS * RSIS; v++) {
    Legs legs = {.ruin = _mm512_set1_pd(RUIN(market->start_cash))};
    legs.long_entry = legs.short_entry = _mm512_set1_pd(1);
    for (int row = 0; row < LONGS; row++) legs.cash[row] = _mm512_set1_pd(market->start_cash);
    walk(&legs, &ema[v / (MACDS * RSIS)], &macd[v / RSIS % MACDS], &rsi[v % RSIS], market);
    for (int row = 0; row < LONGS; row++)
      for (int c = 0; c < SHORTS; c++)
        *returns++ = return_pct(((double *)&legs.cash[row])[c], market->start_cash);
  }
  for (int i = 0; i < EMAS; i++) { free(ema[i].above); free(ema[i].below); }
  for (int i = 0; i < MACDS; i++) { free(macd[i].above); free(macd[i].below); }
  for (int i = 0; i < RSIS; i++) { free(rsi[i].above); free(rsi[i].below); }
  return EMAS * MACDS * RSIS * LONGS * SHORTS;
}
