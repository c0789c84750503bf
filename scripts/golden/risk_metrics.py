"""Reference values of the risk metrics, from packages that this project has no part in.

    python -m venv venv
    venv/bin/pip install -r scripts/golden/risk_metrics.txt
    venv/bin/pip install --no-deps vectorbt==1.2.0
    venv/bin/python scripts/golden/risk_metrics.py

Writes test/golden/risk-metrics.json. The tests read that file and need no Python.
"""

import csv
import datetime
import importlib.metadata
import importlib.util
import json
import pathlib
import random
import sys
import types
import typing

import backtrader
import empyrical
import numpy
import pandas
import quantstats
import scipy.special
import scipy.stats
import skfolio.measures

ROOT = pathlib.Path(__file__).resolve().parents[2]
TARGET = ROOT / "test/golden/risk-metrics.json"
SP500 = ROOT / "node_modules/vega-datasets/data/sp500-2000.csv"
PACKAGES = [
    "backtrader", "empyrical-reloaded", "numpy", "pandas", "quantstats", "scipy", "skfolio",
    "vectorbt",
]
DAYS = pandas.date_range("2020-01-01", periods=10_000, freq="D")


def vectorbt_metrics():
    """The one module of vectorbt that is needed, without the compilers that the package needs."""
    # It takes types for its annotations from the package, and nothing else.
    annotations = types.SimpleNamespace(Array1d=None, Union=typing.Union)
    sys.modules["vectorbt"] = types.SimpleNamespace(_typing=annotations)
    origin = importlib.metadata.distribution("vectorbt").locate_file("vectorbt/returns/metrics.py")
    spec = importlib.util.spec_from_file_location("vectorbt_returns_metrics", origin)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


VECTORBT = vectorbt_metrics()


def walk(seed, days, step):
    chance = random.Random(seed)
    equity = [10_000.0]
    while len(equity) <= days:
        equity.append(round(equity[-1] * (1 + step(chance)), 2))
    return equity


def heavy(chance):
    return 0.0005 + 0.01 * chance.gauss(0, 1) / max(0.2, abs(chance.gauss(0, 1)))


def seldom(chance):
    return chance.gauss(0.001, 0.02) if chance.random() < 0.2 else 0.0


def equities():
    """Last equity of each day, the first one being the base."""
    with SP500.open() as file:
        sp500 = [float(row["close"]) for row in csv.DictReader(file)]
    return {
        "normal days": walk(1, 500, lambda chance: chance.gauss(0.0004, 0.012)),
        "heavy tails": walk(2, 750, heavy),
        "mostly flat": walk(3, 600, seldom),
        "losing": walk(4, 260, lambda chance: chance.gauss(-0.002, 0.015)),
        "short": walk(5, 7, lambda chance: chance.gauss(0.001, 0.03)),
        "no losing day": walk(6, 120, lambda chance: abs(chance.gauss(0, 0.01)) + 0.0001),
        "S&P 500, buy and hold": sp500,
    }


def money_drawdown(equity):
    """Largest drawdown in money, of one unit bought at the first close and held."""
    cerebro = backtrader.Cerebro()
    data = pandas.DataFrame({name: equity for name in ["open", "high", "low", "close"]})
    data["volume"] = 0
    data.index = DAYS[: len(equity)]
    cerebro.adddata(backtrader.feeds.PandasData(dataname=data))

    class Hold(backtrader.Strategy):
        def next(self):
            if not self.position:
                self.buy(size=1)

    cerebro.addstrategy(Hold)
    cerebro.addanalyzer(backtrader.analyzers.DrawDown, _name="drawdown")
    cerebro.broker.set_cash(equity[0])
    cerebro.broker.set_coc(True)
    [run] = cerebro.run()
    if cerebro.broker.getvalue() != equity[-1]:
        raise SystemExit(f"backtrader ends at {cerebro.broker.getvalue()}, not at {equity[-1]}")
    return run.analyzers.drawdown.get_analysis().max.moneydown


def ratio(above, below):
    return float(above / below) if below > 0 else None


def sharpe_figures(returns, trials):
    """Probabilistic Sharpe ratio and deflated ones, each with count and variance of its trials."""
    moments = {
        "est_sharpe": numpy.mean(returns) / numpy.std(returns, ddof=1),
        "backtest_horizon": len(returns),
        "skew": scipy.stats.skew(returns),
        "kurtosis": scipy.stats.kurtosis(returns, fisher=False),
    }
    deflated = [
        {
            "count": count,
            "sharpeVariance": variance,
            "value": float(
                VECTORBT.deflated_sharpe_ratio(
                    nb_trials=count,
                    var_sharpe=1 / (len(returns) - 1) if variance is None else variance,
                    **moments,
                )
            ),
        }
        for count, variance in trials
    ]
    # Without variance among the trials there is nothing to deflate: the benchmark is 0.
    probabilistic = VECTORBT.deflated_sharpe_ratio(nb_trials=2, var_sharpe=0, **moments)
    return float(probabilistic), deflated


def case(name, equity):
    returns = pandas.Series(equity, index=DAYS[: len(equity)]).pct_change().iloc[1:]
    # A first return of 0 stands for the base, which is a bar of its own.
    path = pandas.concat([pandas.Series([0.0], index=DAYS[-1:]), returns])
    drawdowns = skfolio.measures.get_drawdowns(path.to_numpy(), compounded=True)
    dated = pandas.Series([0.0, *returns], index=DAYS[: len(equity)])
    under_water = int((quantstats.stats.to_drawdown_series(dated) < -1e-12).sum())
    trials = [(2, 0.001), (100, 0.002), (46, 0.0005), (10**6, 0.0001), (1000, None)]
    probabilistic, deflated = sharpe_figures(returns, trials)
    omega = float(empyrical.omega_ratio(returns.to_numpy()))
    return {
        "name": name,
        **({} if name.startswith("S&P") else {"equity": equity}),
        "days": len(equity),
        "ulcerIndexPct": float(skfolio.measures.ulcer_index(drawdowns)) * 100,
        "timeUnderWaterPct": under_water / len(equity) * 100,
        "recoveryFactor": ratio(equity[-1] - equity[0], money_drawdown(equity)),
        "omega": None if numpy.isnan(omega) else omega,
        "tailRatio": float(empyrical.tail_ratio(returns)),
        "valueAtRisk95Pct": -float(empyrical.value_at_risk(returns)) * 100,
        "expectedShortfall95Pct": -float(empyrical.conditional_value_at_risk(returns)) * 100,
        "probabilisticSharpe": probabilistic,
        "deflatedSharpe": deflated,
    }


def normal_distribution():
    points = [i / 16 for i in range(-16 * 12, 16 * 12 + 1)] + [1e-9, -1e-9, -20.0, -30.0, -37.0]
    tails = [i / 64 for i in range(1, 64)] + [10.0**-k for k in range(2, 300, 9)] + [0.999999]
    return {
        "cdf": [[x, float(scipy.special.ndtr(x))] for x in points],
        "upperQuantile": [[tail, -float(scipy.special.ndtri(tail))] for tail in tails],
    }


def main():
    document = {
        "source": "see scripts/golden/risk_metrics.py",
        "versions": {name: importlib.metadata.version(name) for name in PACKAGES},
        "generated": datetime.date.today().isoformat(),
        "witnesses": {
            "ulcerIndexPct": "skfolio.measures.ulcer_index",
            "timeUnderWaterPct": "quantstats.stats.to_drawdown_series, days below 0",
            "recoveryFactor": "backtrader.analyzers.DrawDown, max.moneydown",
            "omega": "empyrical.omega_ratio",
            "tailRatio": "empyrical.tail_ratio",
            "valueAtRisk95Pct": "empyrical.value_at_risk, sign changed",
            "expectedShortfall95Pct": "empyrical.conditional_value_at_risk, sign changed",
            "probabilisticSharpe": "vectorbt deflated_sharpe_ratio, trials without variance",
            "deflatedSharpe": "vectorbt deflated_sharpe_ratio, scipy.stats skew and kurtosis",
            "normal": "scipy.special.ndtr and ndtri",
        },
        "cases": [case(name, equity) for name, equity in equities().items()],
        "normal": normal_distribution(),
    }
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(json.dumps(document, separators=(",", ":")).replace("},{", "},\n{") + "\n")
    print(f"{len(document['cases'])} cases in {TARGET.relative_to(ROOT)}")


main()
