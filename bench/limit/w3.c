// W3: a risk grid over the best pairs of W1. Trades do not depend on stops: one scan of a trade finds the first hit of
// every level, then each cell takes the earlier of its two.
#include "sma.h"

#define LEVELS 20
#define COLUMNS 24
#define GROUPS (COLUMNS / LANES)

typedef struct {
  int hits;
  double bar[COLUMNS] __attribute__((aligned(64)));
  double factor[COLUMNS] __attribute__((aligned(64)));
} FirstHits;

typedef struct { double up[LEVELS], down[LEVELS]; } Distances;

static double *row_of(const double *sums, int bars, int window, double **rows) {
  double **row = &rows[window - FIRST_WINDOW];
  if (*row != NULL) return *row;
  *row = room((bars + PAD) * sizeof(double));
  for (int t = 0; t < window - 1; t++) (*row)[t] = NAN;
  double divisor = TICKS * window;
  for (int t = window - 1; t < bars + PAD; t++) (*row)[t] = (sums[t + 1] - sums[t + 1 - window]) / divisor;
  return *row;
}

static inline double factor_of(int side, double entry, double price) {
  return BASE[side] + SLOPE[side] * (price / entry);
}

// First hits of levels above and below the entry, nearest first, in the bars after it.
static void scan(const double *close, int entry, int exit, int side, const Distances *distances,
                 FirstHits *above, FirstHits *below) {
  double price = close[entry];
  int u = 0, d = 0, t = entry + 1;
  double up = price * distances->up[0], down = price * distances->down[0];
  while (t <= exit && (u < LEVELS || d < LEVELS)) {
    __m512d x = _mm512_loadu_pd(close + t);
    uint32_t hit = _mm512_cmp_pd_mask(x, _mm512_set1_pd(up), _CMP_GE_OQ) |
                   _mm512_cmp_pd_mask(x, _mm512_set1_pd(down), _CMP_LE_OQ);
    if (hit == 0) { t += LANES; continue; }
    t += __builtin_ctz(hit);
    if (t > exit) break;
    double factor = factor_of(side, price, close[t]);
    for (; u < LEVELS && close[t] >= up; up = u < LEVELS ? price * distances->up[u] : INFINITY) {
      above->bar[u] = t;
      above->factor[u++] = factor;
    }
    for (; d < LEVELS && close[t] <= down; down = d < LEVELS ? price * distances->down[d] : -1) {
      below->bar[d] = t;
      below->factor[d++] = factor;
    }
    t++;
  }
  above->hits = u;
  below->hits = d;
}

static void finish(FirstHits *hits, int exit, double factor) {
  for (int i = hits->hits; i < COLUMNS; i++) {
    hits->bar[i] = exit;
    hits->factor[i] = factor;
  }
}

static inline void multiply(double *at, __m512d factor, __m512d ruin) {
  __m512d cash = _mm512_load_pd(at);
  __mmask8 trades = _mm512_cmp_pd_mask(cash, ruin, _CMP_GT_OQ);
  _mm512_store_pd(at, _mm512_mask_mul_pd(cash, trades, cash, factor));
}

static void settle(double cash[LEVELS][COLUMNS], const FirstHits *stops, const FirstHits *targets,
                   double least) {
  __m512d bar[GROUPS], factor[GROUPS], ruin = _mm512_set1_pd(least);
  for (int g = 0; g < GROUPS; g++) {
    bar[g] = _mm512_load_pd(targets->bar + g * LANES);
    factor[g] = _mm512_load_pd(targets->factor + g * LANES);
  }
  for (int s = 0; s < stops->hits; s++) {
    __m512d stop_bar = _mm512_set1_pd(stops->bar[s]), stop_factor = _mm512_set1_pd(stops->factor[s]);
    for (int g = 0; g < GROUPS; g++) {
      __mmask8 first = _mm512_cmp_pd_mask(stop_bar, bar[g], _CMP_LE_OQ);
      multiply(&cash[s][g * LANES], _mm512_mask_mov_pd(factor[g], first, stop_factor), ruin);
    }
  }
  for (int s = stops->hits; s < LEVELS; s++)
    for (int g = 0; g < GROUPS; g++) multiply(&cash[s][g * LANES], factor[g], ruin);
}

typedef struct {
  const Market *market;
  Distances distances;
  double cash[LEVELS][COLUMNS] __attribute__((aligned(64)));
} Grid;

static void trade(Grid *grid, int entry, int exit, int side) {
  const double *close = grid->market->close;
  FirstHits above, below;
  scan(close, entry, exit, side, &grid->distances, &above, &below);
  double factor = factor_of(side, close[entry], close[exit]);
  finish(&above, exit, factor);
  finish(&below, exit, factor);
  double ruin = RUIN(grid->market->start_cash);
  if (side == 0) settle(grid->cash, &below, &above, ruin);
  else settle(grid->cash, &above, &below, ruin);
}

static void walk(Grid *grid, const double *fast, const double *slow) {
  int bars = grid->market->bars, entry = 0, side = 0, open = 0;
  uint64_t was_long = 0, was_short = 0;
  for (int from = 0; from < bars; from += 64) {
    uint64_t l, s;
    compare_values(fast + from, slow + from, &l, &s);
    uint64_t turns = (l ^ (l << 1 | was_long)) | (s ^ (s << 1 | was_short));
    was_long = l >> 63;
    was_short = s >> 63;
    if (bars - from < 64) turns &= (1ull << (bars - from)) - 1;
    for (; turns != 0; turns &= turns - 1) {
      int bit = __builtin_ctzll(turns);
      if (open) trade(grid, entry, from + bit, side);
      open = ((l | s) >> bit) & 1;
      side = (s >> bit) & 1;
      entry = from + bit;
    }
  }
  if (open) trade(grid, entry, bars - 1, side);
}

int run_w3(const Market *market, double *returns) {
  double *rows[ROWS] = {NULL}, *sums = tick_sums(market);
  Grid *grid = room(sizeof(Grid));
  grid->market = market;
  for (int i = 0; i < LEVELS; i++) {
    grid->distances.up[i] = 1 + (0.5 + i * 0.5) / 100;
    grid->distances.down[i] = 1 - (0.5 + i * 0.5) / 100;
  }
  for (int p = 0; p < market->pairs; p++) {
    for (int s = 0; s < LEVELS; s++)
      for (int c = 0; c < COLUMNS; c++) grid->cash[s][c] = market->start_cash;
    walk(grid, row_of(sums, market->bars, market->shortlist[2 * p], rows),
         row_of(sums, market->bars, market->shortlist[2 * p + 1], rows));
    for (int s = 0; s < LEVELS; s++)
      for (int c = 0; c < LEVELS; c++) *returns++ = return_pct(grid->cash[s][c], market->start_cash);
  }
  for (int r = 0; r < ROWS; r++) free(rows[r]);
  free(sums); free(grid);
  return market->pairs * LEVELS * LEVELS;
}
