import { describe, expect, it } from "vitest";
import type { StrategyCheck } from "../../src/app.ts";
import { checkText } from "../../src/cli/output/check-text.ts";

const CLEAN: StrategyCheck = {
  lookahead: {
    passed: true,
    seed: 3,
    variants: 2,
    cuts: 16,
    comparedBars: 48_000,
    sidedBars: 12,
    findings: [],
  },
  warmup: { passed: true, warmupBars: 200, bars: 5_000, needs: [] },
};

const sma = (window: number, settledBars: number | null) => ({
  indicator: "ma.sma",
  params: { window, source: "close" },
  output: "value",
  undefinedBars: window - 1,
  settledBars,
});

describe("a check as text", () => {
  it("says that nothing was found, and in how much", () => {
    expect(checkText(CLEAN).split("\n")).toEqual([
      "look-ahead  none found",
      "compared    48,000 signals of 2 variants after 16 cuts, 12 of them long or short (seed 3)",
      "",
      "warm-up     200 bars: enough",
      "looked at   5,000 bars, 0 outputs of sampled variants",
    ]);
    const unseen = { ...CLEAN.lookahead, sidedBars: 0 };
    expect(checkText({ ...CLEAN, lookahead: unseen })).toContain("this says little");
  });

  it("names what moved, where, and up to where the market was known", () => {
    const at = { variantIndex: 7, lastKnownMs: 86_400_000, movedMs: 3_600_000 };
    const lookahead: StrategyCheck["lookahead"] = {
      ...CLEAN.lookahead,
      passed: false,
      findings: [
        { what: "INDICATOR", output: "ma.leak,window=5.value", future: "CUT", ...at },
        { what: "EQUITY", output: "", future: "SHUFFLED", ...at },
      ],
    };
    const text = checkText({ ...CLEAN, lookahead });
    expect(text).toMatch(/^look-ahead {2}FOUND/);
    expect(text).toMatch(
      /\nma\.leak,window=5\.value +7 +cut +1970-01-02T00:00:00.000Z +1970-01-01T01:00:00.000Z\n/,
    );
    expect(text).toMatch(/\nequity +7 +shuffled +/);
  });

  it("names the indicators that need most", () => {
    const needs = Array.from({ length: 12 }, (_, i) => sma(300 - i, 299 - i));
    const short = checkText({ ...CLEAN, warmup: { ...CLEAN.warmup, passed: false, needs } });
    expect(short).toContain("200 bars: SHORT: it takes 299 to forget where the candles begin");
    expect(short.match(/^ma\.sma\.value/gm)).toHaveLength(10);
    expect(short).toMatch(/\nma\.sma\.value +window=300 source=close +299 +299\n/);
    const warmup = { ...CLEAN.warmup, passed: false, needs: [sma(5, null)] };
    const never = checkText({ ...CLEAN, warmup });
    expect(never).toContain("some values never do");
    expect(never).toMatch(/ 4 +never$/);
  });
});
