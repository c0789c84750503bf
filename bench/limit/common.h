// What all workloads share: candles, results, and the account arithmetic of the product.
#pragma once
#include <immintrin.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAD 1024           // bars after the last one, so that blocks need no tail
#define LANES 8            // float64 numbers in a register

typedef struct {
  int bars;
  double *close;           // bars + PAD, the pad repeats the last close
  int pairs;               // W3: best variants of W1
  int *shortlist;          // W3: fast and slow window of each
  double start_cash;
} Market;

// A closed trade multiplies the account by BASE + SLOPE * exit / entry; side 0 long, 1 short.
#define FEE (0.1 / 100)
static const double BASE[2] = {-FEE, 2 - FEE};
static const double SLOPE[2] = {1 - FEE, -(1 + FEE)};
#define RUIN(cash) (1e-9 * (cash))

static inline void *room(size_t bytes) {
  void *memory = aligned_alloc(64, (bytes + 63) & ~(size_t)63);
  if (memory == NULL) { fprintf(stderr, "out of memory\n"); exit(1); }
  return memory;
}

static inline double return_pct(double cash, double start) { return (cash / start - 1) * 100; }

// Each fills `returns` (percent, variants in index order) and gives their number.
int run_w1(const Market *market, double *returns);
int run_w2(const Market *market, double *returns);
int run_w3(const Market *market, double *returns);
int run_w5(const Market *market, double *returns);

// averages.c: recursive averages, seeded with the mean of the first window.
void ema_rows(const double *series, int bars, const int *windows, int rows, double *out);
void rsi_rows(const double *close, int bars, const int *windows, int rows, double *out);
