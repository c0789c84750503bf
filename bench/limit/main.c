// limit FOLDER START_CASH: reads a workload's name and `fees` a line, answers with one line of JSON.
#include <time.h>
#include "common.h"

static void *read_file(const char *folder, const char *name, const char *part, long *bytes) {
  char path[4096];
  snprintf(path, sizeof path, "%s/%s.%s", folder, name, part);
  FILE *file = fopen(path, "rb");
  if (file == NULL) { perror(path); exit(1); }
  fseek(file, 0, SEEK_END);
  *bytes = ftell(file);
  rewind(file);
  char *content = room(*bytes + PAD * sizeof(double));
  if (fread(content, 1, *bytes, file) != (size_t)*bytes) { perror(path); exit(1); }
  fclose(file);
  return content;
}

static Market load(const char *folder, const char *name, double start_cash) {
  Market market = {.start_cash = start_cash};
  long bytes;
  market.close = read_file(folder, name, "close.f64", &bytes);
  market.bars = (int)(bytes / sizeof(double));
  for (int i = 0; i < PAD; i++) market.close[market.bars + i] = market.close[market.bars - 1];
  if (strcmp(name, "W3") == 0) {
    market.shortlist = read_file(folder, name, "pairs.i32", &bytes);
    market.pairs = (int)(bytes / (2 * sizeof(int)));
  }
  return market;
}

static int run(const char *name, const Market *market, double *returns) {
  if (strcmp(name, "W1") == 0 || strcmp(name, "W4") == 0) return run_w1(market, returns);
  if (strcmp(name, "W2") == 0) return run_w2(market, returns);
  if (strcmp(name, "W3") == 0) return run_w3(market, returns);
  if (strcmp(name, "W5") == 0) return run_w5(market, returns);
  fprintf(stderr, "unknown workload %s\n", name);
  exit(1);
}

int main(int argc, char **argv) {
  if (argc != 3) { fprintf(stderr, "usage: limit FOLDER START_CASH\n"); return 1; }
  char name[16];
  double *returns = room(120000 * sizeof(double));
  while (scanf("%15s %*7s", name) == 1) {
    Market market = load(argv[1], name, atof(argv[2]));
    struct timespec from, to;
    clock_gettime(CLOCK_MONOTONIC, &from);
    int count = run(name, &market, returns);
    clock_gettime(CLOCK_MONOTONIC, &to);
    double ms = (to.tv_sec - from.tv_sec) * 1e3 + (to.tv_nsec - from.tv_nsec) / 1e6;
    char path[4096];
    snprintf(path, sizeof path, "%s/%s.c.f64", argv[1], name);
    FILE *file = fopen(path, "wb");
    if (file == NULL || fwrite(returns, sizeof(double), count, file) != (size_t)count) {
      perror(path);
      return 1;
    }
    fclose(file);
    printf("{\"workload\":\"%s\",\"ms\":%.4f,\"variants\":%d}\n", name, ms, count);
    fflush(stdout);
    free(market.close);
    free(market.shortlist);
  }
}
