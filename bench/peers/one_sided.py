"""raptorbt: a run of it holds one direction, so a variant is two runs, and the long one counts."""

import numpy as np
import raptorbt

from sampled import PAIRS, bands, before, crosses, sample

SAMPLE = {"W1": 50, "W2": 200, "W4": 5}


def runner(_name):
    def run(workload, close, _pairs, fee):
        if workload not in SAMPLE:
            return None
        if workload == "W2":
            chosen = sample(SAMPLE[workload], 49 * 441)
            long, short = bands(close, chosen)
        else:
            chosen = sample(SAMPLE[workload], len(PAIRS))
            long, short = crosses(close, [PAIRS[v] for v in chosen])
        config = raptorbt.BacktestConfig(
            initial_capital=10_000.0, fees=fee, fill_timing="same_bar_close"
        )
        times = np.arange(len(close), dtype=np.int64) * 3_600_000_000_000
        volume = np.ones_like(close)

        def simulated(side, direction, variant):
            entries = np.ascontiguousarray((side & ~before(side))[:, variant])
            exits = np.ascontiguousarray((before(side) & ~side)[:, variant])
            prices = (close, close, close, close, volume)
            result = raptorbt.run_single_backtest(
                times, *prices, entries, exits, direction, 1.0, "market", config
            )
            return result.metrics.total_return_pct

        returns = []
        for variant in range(len(chosen)):
            returns.append(simulated(long, 1, variant))
            simulated(short, -1, variant)
        return returns, chosen

    return run
