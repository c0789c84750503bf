"""Hand-written numba loops: a variant at a time, a bar at a time, as a good quant would write them."""

import numpy as np
from numba import njit

FEE = 0.1 / 100
START = 10_000.0


@njit
def settle(cash, side, entry, price):
    if side > 0:
        return cash * (-FEE + (1 - FEE) * (price / entry))
    return cash * (2 - FEE - (1 + FEE) * (price / entry))


@njit
def sma_rows(close, windows):
    bars = len(close)
    sums = np.zeros(bars + 1)
    for t in range(bars):
        sums[t + 1] = sums[t] + np.rint(close[t] * 100)
    rows = np.full((len(windows), bars), np.nan)
    for r in range(len(windows)):
        w = windows[r]
        for t in range(w - 1, bars):
            rows[r, t] = (sums[t + 1] - sums[t + 1 - w]) / (100.0 * w)
    return rows


@njit
def average(series, start, window, weight):
    out = np.full(len(series), np.nan)
    total = 0.0
    for t in range(start, start + window):
        total += series[t]
    value = total / window
    out[start + window - 1] = value
    for t in range(start + window, len(series)):
        value += weight * (series[t] - value)
        out[t] = value
    return out


@njit
def ema(series, start, window):
    return average(series, start, window, 2 / (window + 1))


@njit
def rsi(close, window):
    rises = np.zeros(len(close))
    falls = np.zeros(len(close))
    for t in range(1, len(close)):
        change = close[t] - close[t - 1]
        rises[t] = max(change, 0.0)
        falls[t] = max(-change, 0.0)
    up = average(rises, 1, window, 1 / window)
    down = average(falls, 1, window, 1 / window)
    for t in range(len(close)):
        up[t] = 100.0 if down[t] == 0 else 100 * up[t] / (up[t] + down[t])
    return up


@njit
def cross_return(close, fast, slow):
    cash, entry, side, bars = START, 1.0, 0, len(close)
    for t in range(bars):
        signal = 1 if fast[t] > slow[t] else (-1 if fast[t] < slow[t] else 0)
        if signal != side:
            if side != 0:
                cash = settle(cash, side, entry, close[t])
                if cash <= 1e-9 * START:
                    return cash
            side, entry = signal, close[t]
    return cash if side == 0 else settle(cash, side, entry, close[bars - 1])


@njit
def cross_returns(close, windows):
    rows = sma_rows(close, windows)
    out = []
    for i in range(len(windows)):
        for j in range(i + 1, len(windows)):
            out.append(cross_return(close, rows[i], rows[j]))
    return np.array(out)


@njit
def band_return(close, x, long, short):
    cash, entry, side, bars = START, 1.0, 0, len(close)
    for t in range(bars):
        signal = 1 if x[t] <= long else (-1 if x[t] >= short else 0)
        if signal != side:
            if side != 0:
                cash = settle(cash, side, entry, close[t])
                if cash <= 1e-9 * START:
                    return cash
            side, entry = signal, close[t]
    return cash if side == 0 else settle(cash, side, entry, close[bars - 1])


@njit
def band_returns(close):
    out = []
    for window in range(2, 51):
        x = rsi(close, window)
        for long in range(20, 41):
            for short in range(60, 81):
                out.append(band_return(close, x, long, short))
    return np.array(out)


@njit
def risk_return(close, fast, slow, stop, target):
    cash, entry, side, previous, bars = START, 1.0, 0, 0, len(close)
    for t in range(bars):
        price = close[t]
        signal = 1 if fast[t] > slow[t] else (-1 if fast[t] < slow[t] else 0)
        if side != 0:
            up = entry * (1 + (target if side > 0 else stop) / 100)
            down = entry * (1 - (stop if side > 0 else target) / 100)
            if price >= up or price <= down or signal != side:
                cash = settle(cash, side, entry, price)
                side = 0
                if cash <= 1e-9 * START:
                    return cash
        if side == 0 and signal != 0 and signal != previous:
            side, entry = signal, price
        previous = signal
    return cash if side == 0 else settle(cash, side, entry, close[bars - 1])


@njit
def risk_returns(close, windows, pairs):
    rows = sma_rows(close, windows)
    out = []
    for p in range(len(pairs)):
        for s in range(20):
            for t in range(20):
                fast, slow = rows[pairs[p, 0] - 2], rows[pairs[p, 1] - 2]
                out.append(risk_return(close, fast, slow, 0.5 + 0.5 * s, 0.5 + 0.5 * t))
    return np.array(out)


@njit
def three_return(close, line, histogram, x, long, short):
    cash, entry, side, bars = START, 1.0, 0, len(close)
    for t in range(bars):
        signal = 0
        if histogram[t] > 0 and close[t] > line[t] and x[t] >= long:
            signal = 1
        elif histogram[t] < 0 and close[t] < line[t] and x[t] <= short:
            signal = -1
        if signal != side:
            if side != 0:
                cash = settle(cash, side, entry, close[t])
                if cash <= 1e-9 * START:
                    return cash
            side, entry = signal, close[t]
    return cash if side == 0 else settle(cash, side, entry, close[bars - 1])


@njit
def three_returns(close):
    out = []
    slow = ema(close, 0, 26)
    histograms = []
    for window in range(8, 17):
        macd = ema(close, 0, window) - slow
        histograms.append(macd - ema(macd, 25, 9))
    strengths = [rsi(close, window) for window in range(10, 25)]
    for window in range(20, 211, 10):
        line = ema(close, 0, window)
        for histogram in histograms:
            for x in strengths:
                for long in range(55, 60):
                    for short in range(38, 46):
                        out.append(three_return(close, line, histogram, x, long, short))
    return np.array(out)


def runner(_name):
    def run(workload, close, pairs, _fee):
        windows = np.arange(2, 102)
        if workload in ("W1", "W4"):
            cash = cross_returns(close, windows)
        elif workload == "W2":
            cash = band_returns(close)
        elif workload == "W3":
            cash = risk_returns(close, windows, pairs)
        else:
            cash = three_returns(close)
        return (cash / START - 1) * 100, None

    return run
