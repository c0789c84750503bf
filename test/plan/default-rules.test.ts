import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { INDICATORS } from "../../src/core/indicators/registry.ts";
import { CandleView } from "../../src/core/series/candle-view.ts";
import { signalAtoms } from "../../src/core/stages/signal-planes.ts";
import type { Sweep } from "../../src/core/stages/sweep.ts";
import { resolveStrategy } from "../../src/plan/resolve-strategy.ts";
import { arbitraryCandles } from "../support/arbitrary-candles.ts";
import { evaluatePair } from "../support/reference-signal.ts";

const [candles] = fc.sample(arbitraryCandles(3000, 3000), { numRuns: 1, seed: 2 });

describe.for(INDICATORS.map(({ id }) => [id] as const))("%s", ([id]) => {
  it("alone is a strategy: its default rule resolves and takes both sides", () => {
    const strategy = { indicators: { alone: { id, params: {} } } };
    const { axes, indicators, signals, complaints } = resolveStrategy(strategy);
    expect(complaints).toEqual([]);
    const sweep = { axes, indicators } as Pick<Sweep, "axes" | "indicators"> as Sweep;
    const atoms = signalAtoms(sweep, signals[0], (binding) =>
      "axis" in binding ? axes[binding.axis].values[0] : binding.value,
    );
    const sides = new Set(evaluatePair(new CandleView(candles), atoms));
    expect([...sides].sort()).toEqual(expect.arrayContaining([-1, 1]));
  });
});
