"""vectorbt with either of its engines."""

import numpy as np
import vectorbt as vbt

from sampled import PAIRS, bands, before, crosses, sample

SAMPLE = {"W1": 100, "W2": 400, "W3": 100, "W4": 10}


def simulated(close, sides, stops, engine, fee):
    """Entries on a new signal only; a reversal is an exit and an entry on the same bar."""
    long, short = sides
    before_long, before_short = before(long), before(short)
    portfolio = vbt.Portfolio.from_signals(
        close[:, None],
        entries=long & ~before_long,
        exits=before_long & ~long,
        short_entries=short & ~before_short,
        short_exits=before_short & ~short,
        fees=fee,
        init_cash=10_000.0,
        engine=engine,
        upon_opposite_entry="Reverse",
        **stops,
    )
    return np.asarray(portfolio.total_return()) * 100


def runner(name):
    engine = "rust" if name.endswith("rust") else "numba"

    def run(workload, close, pairs, fee):
        if workload not in SAMPLE:
            return None
        stops = {}
        if workload == "W2":
            chosen = sample(SAMPLE[workload], 49 * 441)
            sides = bands(close, chosen)
        elif workload == "W3":
            chosen = sample(SAMPLE[workload], len(pairs) * 400)
            sides = crosses(close, pairs[chosen // 400])
            stops["sl_stop"] = (0.5 + 0.5 * (chosen // 20 % 20)) / 100
            stops["tp_stop"] = (0.5 + 0.5 * (chosen % 20)) / 100
            stops["stop_exit_price"] = "close"
        else:
            chosen = sample(SAMPLE[workload], len(PAIRS))
            sides = crosses(close, [PAIRS[v] for v in chosen])
        return simulated(close, sides, stops, engine, fee), chosen

    return run
