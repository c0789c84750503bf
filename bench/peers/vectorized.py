"""vectorbt on an even sample of the variants: all of them would take minutes a lap."""

import numpy as np
import vectorbt as vbt

from loops import rsi, sma_rows

SAMPLE = {"W1": 100, "W2": 400, "W3": 100, "W4": 10}


def sample(name, variants):
    return np.linspace(0, variants - 1, SAMPLE[name]).astype(int)


def crosses(close, pairs):
    rows = sma_rows(close, np.arange(2, 102))
    fast = np.column_stack([rows[i - 2] for i, _ in pairs])
    slow = np.column_stack([rows[j - 2] for _, j in pairs])
    return fast > slow, fast < slow


def bands(close, chosen):
    rows = {w: rsi(close, w) for w in {2 + v // 441 for v in chosen}}
    x = np.column_stack([rows[2 + v // 441] for v in chosen])
    return x <= 20 + chosen // 21 % 21, x >= 60 + chosen % 21


def simulated(close, sides, stops, engine):
    """Entries on a new signal only; a reversal is an exit and an entry on the same bar."""
    long, short = sides
    before_long = np.vstack([np.zeros_like(long[:1]), long[:-1]])
    before_short = np.vstack([np.zeros_like(short[:1]), short[:-1]])
    portfolio = vbt.Portfolio.from_signals(
        close[:, None],
        entries=long & ~before_long,
        exits=before_long & ~long,
        short_entries=short & ~before_short,
        short_exits=before_short & ~short,
        fees=0.1 / 100,
        init_cash=10_000.0,
        engine=engine,
        upon_opposite_entry="Reverse",
        **stops,
    )
    return np.asarray(portfolio.total_return()) * 100


def runner(engine):
    def run(name, close, pairs):
        if name not in SAMPLE:
            return None
        stops = {}
        if name == "W2":
            chosen = sample(name, 49 * 441)
            sides = bands(close, chosen)
        elif name == "W3":
            chosen = sample(name, len(pairs) * 400)
            sides = crosses(close, pairs[chosen // 400])
            stops["sl_stop"] = (0.5 + 0.5 * (chosen // 20 % 20)) / 100
            stops["tp_stop"] = (0.5 + 0.5 * (chosen % 20)) / 100
        else:
            every = [(i, j) for i in range(2, 102) for j in range(i + 1, 102)]
            chosen = sample(name, len(every))
            sides = crosses(close, [every[v] for v in chosen])
        return simulated(close, sides, stops, engine), chosen

    return run
