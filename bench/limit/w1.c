// W1 and W4: every pair of moving averages, block by block, all in. A pair's state is its account and its trade.
#include "sma.h"

typedef struct {
  double cash, entry;
  uint64_t was_long, was_short;  // bit 0: the last bar's signal
} Pair;

// Flips of one block: bars where the signal changes, and the signal from there on.
typedef struct {
  int count;
  uint16_t bar[BLOCK + 64];
  uint64_t is_long[WORDS + 2], is_short[WORDS + 2];
} Flips;

static inline void append_bits(uint64_t *bits, int at, uint64_t more) {
  int word = at >> 6, shift = at & 63;
  bits[word] |= more << shift;
  if (shift != 0) bits[word + 1] |= more >> (64 - shift);
}

static inline void add_flips(Flips *flips, int w, uint64_t turns, uint64_t l, uint64_t s) {
  static const uint16_t iota[64] __attribute__((aligned(64))) = {
      0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21,
      22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43,
      44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63};
  __m512i base = _mm512_set1_epi16(w * 64);
  __mmask32 low = (__mmask32)turns, high = (__mmask32)(turns >> 32);
  __m512i first = _mm512_add_epi16(base, _mm512_load_si512(iota));
  __m512i second = _mm512_add_epi16(base, _mm512_load_si512(iota + 32));
  _mm512_storeu_si512(flips->bar + flips->count, _mm512_maskz_compress_epi16(low, first));
  int before = flips->count + __builtin_popcount(low);
  _mm512_storeu_si512(flips->bar + before, _mm512_maskz_compress_epi16(high, second));
  append_bits(flips->is_long, flips->count, _pext_u64(l, turns));
  append_bits(flips->is_short, flips->count, _pext_u64(s, turns));
  flips->count = before + __builtin_popcount(high);
}

// Multiplies the account by the factor of each trade that a flip ends; a flat stretch has factor 1.
static void settle(Pair *pair, Flips *flips, const double *close, double ruin) {
  double price[BLOCK + 1 + LANES], factor[BLOCK + LANES];
  int count = flips->count;
  price[0] = pair->entry;
  for (int i = 0; i < count; i++) price[i + 1] = close[flips->bar[i]];
  // What is held before flip i is the signal since flip i - 1.
  uint64_t carry_long = pair->was_long, carry_short = pair->was_short;
  for (int w = 0; w * 64 < count; w++) {
    uint64_t l = flips->is_long[w] << 1 | carry_long, s = flips->is_short[w] << 1 | carry_short;
    carry_long = flips->is_long[w] >> 63;
    carry_short = flips->is_short[w] >> 63;
    for (int i = w * 64; i < count && i < w * 64 + 64; i += LANES, l >>= LANES, s >>= LANES) {
      __mmask8 is_long = (__mmask8)l, is_short = (__mmask8)s;
      __m512d ratio = _mm512_maskz_div_pd(is_long | is_short, _mm512_loadu_pd(price + i + 1),
                                          _mm512_loadu_pd(price + i));
      __m512d slope = _mm512_mask_blend_pd(is_short, _mm512_set1_pd(SLOPE[0]), _mm512_set1_pd(SLOPE[1]));
      __m512d base = _mm512_mask_blend_pd(is_short, _mm512_set1_pd(BASE[0]), _mm512_set1_pd(BASE[1]));
      __m512d traded = _mm512_add_pd(base, _mm512_mul_pd(slope, ratio));
      _mm512_storeu_pd(factor + i, _mm512_mask_mov_pd(_mm512_set1_pd(1), is_long | is_short, traded));
    }
  }
  double cash = pair->cash, least = cash;
  for (int i = 0; i < count; i++) {
    cash *= factor[i];
    least = cash < least ? cash : least;
  }
  if (least <= ruin) {
    cash = pair->cash;
    for (int i = 0; i < count && cash > ruin; i++) cash *= factor[i];
  }
  pair->cash = cash;
  pair->entry = price[count];
}

static void add_block(Pair *pair, const Rows *rows, int fast, int slow, const double *close,
                      int from, int bars, double ruin) {
  Flips flips;
  flips.count = 0;
  memset(flips.is_long, 0, sizeof flips.is_long);
  memset(flips.is_short, 0, sizeof flips.is_short);
  const int began_long = (int)pair->was_long, began_short = (int)pair->was_short;
  uint64_t was_long = pair->was_long, was_short = pair->was_short;
  int words = (bars - from + 63) / 64 < WORDS ? (bars - from + 63) / 64 : WORDS;
  for (int w = 0; w < words; w++) {
    uint64_t l, s;
    if (from == 0) compare_values(&rows->value[fast][w * 64], &rows->value[slow][w * 64], &l, &s);
    else compare_keys(rows, fast, slow, w, &l, &s);
    uint64_t turns = (l ^ (l << 1 | was_long)) | (s ^ (s << 1 | was_short));
    was_long = l >> 63;
    was_short = s >> 63;
    int rest = bars - from - w * 64;
    if (rest < 64) turns &= (1ull << rest) - 1;
    if (turns != 0) add_flips(&flips, w, turns, l, s);
  }
  if (flips.count > 0) settle(pair, &flips, close + from, ruin);
  pair->was_long = was_long;
  pair->was_short = was_short;
  if (from + BLOCK >= bars) {
    // What is held over the last bar is closed there; a trade opened on it has ratio 1.
    int last = flips.count - 1;
    int held_long = last < 0 ? began_long : (int)(flips.is_long[last >> 6] >> (last & 63) & 1);
    int held_short = last < 0 ? began_short : (int)(flips.is_short[last >> 6] >> (last & 63) & 1);
    if ((held_long | held_short) && pair->cash > ruin)
      pair->cash *= BASE[held_short] + SLOPE[held_short] * (close[bars - 1] / pair->entry);
  }
}

int run_w1(const Market *market, double *returns) {
  int count = ROWS * (ROWS - 1) / 2;
  double ruin = RUIN(market->start_cash);
  double *sums = tick_sums(market);
  Rows *rows = room(sizeof(Rows));
  Pair *pairs = room(count * sizeof(Pair));
  for (int i = 0; i < count; i++) pairs[i] = (Pair){market->start_cash, 1, 0, 0};
  for (int from = 0; from < market->bars; from += BLOCK) {
    fill_rows(sums, from, rows);
    Pair *pair = pairs;
    for (int fast = 0; fast < ROWS; fast++)
      for (int slow = fast + 1; slow < ROWS; slow++, pair++)
        if (pair->cash > ruin)
          add_block(pair, rows, fast, slow, market->close, from, market->bars, ruin);
  }
  for (int i = 0; i < count; i++) returns[i] = return_pct(pairs[i].cash, market->start_cash);
  free(sums); free(rows); free(pairs);
  return count;
}
