"""backtesting: one variant, bar by bar through its Strategy class."""

import numpy as np
import pandas as pd
from backtesting import Backtest, Strategy, backtesting

from sampled import PAIRS, bands, crosses, sample

SAMPLE = {"W1": 1, "W2": 2}
# It trades whole units and wants some cash left: small units, nearly all of the cash.
UNIT = 1e-6
SHARE = 0.999999

# No progress bar.
backtesting._tqdm = lambda bars, **_: bars


def simulated(close, signal, fee):
    class Signals(Strategy):
        def init(self):
            self.before = 0

        def next(self):
            now = signal[len(self.data) - 1]
            if now == self.before:
                return
            self.before = now
            self.position.close()
            if now > 0:
                self.buy(size=SHARE)
            elif now < 0:
                self.sell(size=SHARE)

    # What is open in the end is closed at the close before the last: so the last bar comes twice.
    price = np.append(close, close[-1]) * UNIT
    signal = np.append(signal, signal[-1])
    data = pd.DataFrame(
        {
            "Open": price,
            "High": price,
            "Low": price,
            "Close": price,
            "Volume": 1.0,
        },
        index=pd.date_range("2020", periods=len(price), freq="h"),
    )
    test = Backtest(
        data, Signals, cash=10_000.0, commission=fee, trade_on_close=True, finalize_trades=True
    )
    return (test.run()["Equity Final [$]"] / 10_000 - 1) * 100


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
        signals = np.where(long, 1, np.where(short, -1, 0))
        return [simulated(close, signals[:, v], fee) for v in range(len(chosen))], chosen

    return run
