"""Reference columns of indicators, from libraries that this project has no part in.

    node scripts/golden/candles.ts
    python -m venv venv
    venv/bin/pip install -r scripts/golden/indicators.txt
    venv/bin/python scripts/golden/indicators.py

Reads test/golden/candles/*.csv, writes test/golden/talib/*.json and test/golden/libraries/*.json.
The tests read those files and need no Python.

A column is called what computed it: `EMA(close, 20)`, `MACD(close, 12, 26, 9).macdsignal`. The
input of a function may be a column: `EMA(TRIX(close, 15), 9)`.
"""

import csv
import datetime
import importlib.metadata
import json
import pathlib
import platform

import numpy
import pandas
import pandas_ta_classic
import talib
import talib.abstract
import talipp.indicators
import talipp.ohlcv

GOLDEN = pathlib.Path(__file__).resolve().parents[2] / "test/golden"
DATASETS = ["synthetic", "sp500"]
DAY_SECONDS = 86_400

HLC = ["high", "low", "close"]
HLCV = [*HLC, "volume"]
AVERAGES = {0: "SMA", 1: "EMA"}

VWAP = "VWMA(TYPPRICE(high, low, close), volume, 20)"
VWAP_BAND = f"STDDEV(SUB(TYPPRICE(high, low, close), {VWAP}), 20, 2.0)"

# Series that only serve as inputs of others.
INNER = [
    "ROCR(close, 1)",
    "LN(ROCR(close, 1))",
    "EMA(AD(high, low, close, volume), 3)",
    "EMA(AD(high, low, close, volume), 10)",
    f"SUB(TYPPRICE(high, low, close), {VWAP})",
    VWAP_BAND,
]

# Every function that TA-Lib shares with the registry: its name, its inputs, its parameters.
TALIB_CALLS = [
    # Prices that an indicator may read.
    ["MEDPRICE", ["high", "low"]],
    ["TYPPRICE", HLC],
    ["AVGPRICE", ["open", *HLC]],
    ["WCLPRICE", HLC],
    # Averages.
    ["SMA", ["close"], 20],
    ["SMA", ["MEDPRICE(high, low)"], 5],
    ["SMA", ["AVGPRICE(open, high, low, close)"], 7],
    ["SMA", ["volume"], 20],
    ["SMA", ["volume"], 5],
    ["EMA", ["close"], 20],
    ["EMA", ["open"], 5],
    ["EMA", ["WCLPRICE(high, low, close)"], 9],
    ["WMA", ["close"], 20],
    ["WMA", ["low"], 5],
    ["RMA", ["close"], 14],
    ["RMA", ["high"], 5],
    ["DEMA", ["close"], 20],
    ["DEMA", ["close"], 5],
    ["TEMA", ["close"], 20],
    ["TEMA", ["close"], 5],
    ["T3", ["close"], 5, 0.7],
    ["T3", ["close"], 8, 0.4],
    ["KAMA", ["close"], 10],
    ["KAMA", ["close"], 30],
    ["HMA", ["close"], 20],
    ["HMA", ["close"], 9],
    ["ZLEMA", ["close"], 20],
    ["ZLEMA", ["close"], 9],
    ["VWMA", ["close", "volume"], 20],
    ["VWMA", ["close", "volume"], 5],
    # Momentum.
    ["AO", ["high", "low"], 5, 34],
    ["AO", ["high", "low"], 3, 10],
    ["BOP", ["open", *HLC]],
    ["CCI", HLC, 20],
    ["CCI", HLC, 5],
    ["CMO", ["close"], 14],
    ["CMO", ["close"], 5],
    ["CMOU", ["close"], 9],
    ["CMOU", ["close"], 20],
    ["COPPOCK", ["close"], 10, 11, 14],
    ["COPPOCK", ["close"], 5, 7, 10],
    ["DPO", ["close"], 21],
    ["DPO", ["close"], 10],
    ["MACD", ["close"], 12, 26, 9],
    ["MACD", ["close"], 5, 13, 4],
    ["PPO", ["close"], 12, 26, 1],
    ["PPO", ["close"], 5, 13, 1],
    ["ROC", ["close"], 10],
    ["ROC", ["close"], 3],
    ["RSI", ["close"], 14],
    ["RSI", ["close"], 5],
    ["STOCH", HLC, 14, 3, 0, 3, 0],
    ["STOCH", HLC, 5, 2, 0, 4, 0],
    ["STOCHF", HLC, 14, 3, 0],
    ["STOCHRSI", ["close"], 14, 14, 3, 0],
    ["STOCHRSI", ["close"], 5, 8, 2, 0],
    ["TRIX", ["close"], 15],
    ["TRIX", ["close"], 5],
    ["EMA", ["TRIX(close, 15)"], 9],
    ["SUB", ["TRIX(close, 15)", "EMA(TRIX(close, 15), 9)"]],
    ["TSI", ["close"], 25, 13],
    ["TSI", ["close"], 7, 4],
    ["EMA", ["TSI(close, 25, 13)"], 13],
    ["ULTOSC", HLC, 7, 14, 28],
    ["ULTOSC", HLC, 3, 6, 12],
    ["WILLR", HLC, 14],
    ["WILLR", HLC, 5],
    # Structure.
    ["CORREL", ["close", "volume"], 20],
    ["CORREL", ["high", "low"], 5],
    ["MAX", ["high"], 20],
    ["MAX", ["close"], 5],
    ["MIN", ["low"], 20],
    ["MIN", ["close"], 5],
    ["PERCENTRANK", ["close"], 100],
    ["PERCENTRANK", ["close"], 20],
    ["FRACTAL", ["high", "low"], 5, 5],
    ["FRACTAL", ["high", "low"], 3, 1],
    # Trend.
    ["ADX", HLC, 14],
    ["ADX", HLC, 5],
    ["PLUS_DI", HLC, 14],
    ["PLUS_DI", HLC, 5],
    ["MINUS_DI", HLC, 14],
    ["MINUS_DI", HLC, 5],
    ["AROON", ["high", "low"], 14],
    ["AROON", ["high", "low"], 25],
    ["AROONOSC", ["high", "low"], 14],
    ["DONCHIAN", ["high", "low"], 20],
    ["DONCHIAN", ["high", "low"], 5],
    ["MIDPRICE", ["high", "low"], 9],
    ["MIDPRICE", ["high", "low"], 26],
    ["KC", HLC, 20, 10, 2.0],
    ["KC", HLC, 10, 5, 1.5],
    ["LINEARREG", ["close"], 14],
    ["LINEARREG", ["close"], 5],
    ["LINEARREG_INTERCEPT", ["close"], 14],
    ["LINEARREG_SLOPE", ["close"], 14],
    ["LINEARREG_SLOPE", ["close"], 5],
    ["SAR", ["high", "low"], 0.02, 0.2],
    ["SAR", ["high", "low"], 0.05, 0.3],
    ["SAREXT", ["high", "low"], 0.0, 0.0, 0.01, 0.03, 0.15, 0.01, 0.03, 0.15],
    ["SUPERTREND", HLC, 10, 3.0],
    ["SUPERTREND", HLC, 7, 2.0],
    ["VORTEX", HLC, 14],
    ["VORTEX", HLC, 5],
    # Volatility.
    ["TRANGE", HLC],
    ["ATR", HLC, 14],
    ["ATR", HLC, 5],
    ["BBANDS", ["close"], 20, 2.0, 2.0, 0],
    ["BBANDS", ["close"], 5, 1.5, 1.5, 0],
    ["ROCR", ["close"], 1],
    ["LN", ["ROCR(close, 1)"]],
    ["STDDEV", ["LN(ROCR(close, 1))"], 20, 100 * 365**0.5],
    ["MASSI", ["high", "low"], 9, 25],
    ["MASSI", ["high", "low"], 4, 10],
    ["STDDEV", ["close"], 20, 1.0],
    ["STDDEV", ["close"], 5, 1.0],
    ["VAR", ["close"], 20, 1.0],
    ["VAR", ["close"], 5, 1.0],
    # Volume.
    ["AD", HLCV],
    ["ADOSC", HLCV, 3, 10],
    ["ADOSC", HLCV, 5, 20],
    ["EMA", ["AD(high, low, close, volume)"], 3],
    ["EMA", ["AD(high, low, close, volume)"], 10],
    [
        "SUB",
        ["EMA(AD(high, low, close, volume), 3)", "EMA(AD(high, low, close, volume), 10)"],
    ],
    ["CMF", HLCV, 20],
    ["CMF", HLCV, 5],
    ["EFI", ["close", "volume"], 13],
    ["EFI", ["close", "volume"], 2],
    ["MFI", HLCV, 14],
    ["MFI", HLCV, 5],
    ["OBV", ["close", "volume"]],
    ["VWMA", ["TYPPRICE(high, low, close)", "volume"], 20],
    ["VWMA", ["TYPPRICE(high, low, close)", "volume"], 5],
    ["SUB", ["TYPPRICE(high, low, close)", VWAP]],
    ["STDDEV", [f"SUB(TYPPRICE(high, low, close), {VWAP})"], 20, 1.0],
    ["STDDEV", [f"SUB(TYPPRICE(high, low, close), {VWAP})"], 20, 2.0],
    ["ADD", [VWAP, VWAP_BAND]],
    ["SUB", [VWAP, VWAP_BAND]],
]


class Columns:
    """Series by name, the candles' own among them, which are not written."""

    def __init__(self, candles):
        self.series = dict(candles)
        self.unwritten = {*candles, *INNER}

    def add(self, name, values):
        if name in self.series:
            raise SystemExit(f"{name} is computed twice")
        self.series[name] = numpy.asarray(values, dtype=float)

    def written(self):
        return {name: row for name, row in self.series.items() if name not in self.unwritten}


def read_candles(dataset):
    with (GOLDEN / f"candles/{dataset}.csv").open() as file:
        rows = list(csv.DictReader(file))
    return {name: numpy.array([float(row[name]) for row in rows]) for name in rows[0]}


def call_talib(columns, name, inputs, *parameters):
    function = talib.abstract.Function(name)
    keywords = dict(zip(function.info["parameters"], parameters, strict=True))
    shown = [
        AVERAGES[value] if keyword.endswith("matype") else str(value)
        for keyword, value in keywords.items()
    ]
    label = f"{name}({', '.join([*inputs, *shown])})"
    result = getattr(talib, name)(*[columns.series[key] for key in inputs], **keywords)
    if len(function.output_names) == 1:
        columns.add(label, result)
        return
    absent = numpy.isnan(result[0].astype(float))
    for output, values in zip(function.output_names, result, strict=True):
        # Whole numbers cannot be NaN: where the first output is absent they say 0.
        whole = numpy.issubdtype(values.dtype, numpy.integer)
        values = numpy.where(absent, numpy.nan, values) if whole else values
        columns.add(f"{label}.{output}", values)


def add_session_vwap(columns):
    """TA-Lib's VWAP starts with its input: one call for the bars of each UTC day."""
    days = columns.series["time"] // DAY_SECONDS
    parts = [
        talib.VWAP(*[columns.series[key][days == day] for key in HLCV])
        for day in dict.fromkeys(days)
    ]
    columns.add("VWAP(high, low, close, volume) of each UTC day", numpy.concatenate(parts))


def talib_columns(candles):
    columns = Columns(candles)
    for call in TALIB_CALLS:
        call_talib(columns, *call)
    add_session_vwap(columns)
    return columns.written()


def pandas_ta_columns(candles, columns):
    index = pandas.to_datetime(candles["time"], unit="s")
    bars = pandas.DataFrame(candles, index=index)
    high, low, close = bars["high"], bars["low"], bars["close"]
    ta = pandas_ta_classic
    for window in [14, 5]:
        columns.add(f"pandas-ta-classic ui({window})", ta.ui(close, length=window))
    for window in [21, 10]:
        oscillator = ta.dpo(close, length=window, centered=False)
        columns.add(f"pandas-ta-classic dpo({window}, centered=False)", oscillator)
    exits = ta.ce(high, low, close, length=22, multiplier=3.0, mamode="rma")
    columns.add("pandas-ta-classic ce(22, 3).long", exits.iloc[:, 0])
    columns.add("pandas-ta-classic ce(22, 3).short", exits.iloc[:, 1])
    cloud = ta.ichimoku(high, low, close, tenkan=9, kijun=26, senkou=52, as_dataframe=True)
    for output, column in zip(["spanA", "spanB", "tenkan", "kijun"], cloud, strict=False):
        columns.add(f"pandas-ta-classic ichimoku(9, 26, 52).{output}", cloud[column])
    ratio = ta.ppo(close, fast=12, slow=26, signal=9, mamode="ema")
    for output, column in zip(["ppo", "histogram", "signal"], ratio, strict=True):
        columns.add(f"pandas-ta-classic ppo(12, 26, 9).{output}", ratio[column])


def talipp_columns(candles, columns):
    names = ["open", *HLCV]
    bars = [talipp.ohlcv.OHLCV(*row) for row in zip(*[candles[name] for name in names])]
    closes = [float(price) for price in candles["close"]]
    indicators = talipp.indicators
    for window in [14, 5]:
        index = indicators.CHOP(window, input_values=bars)
        columns.add(f"talipp CHOP({window})", list(index))
    for windows in [(10, 10, 15, 10, 20, 10, 30, 15, 9), (3, 4, 5, 4, 7, 5, 9, 6, 4)]:
        rows = list(indicators.KST(*windows, input_values=closes))
        for output in ["kst", "signal"]:
            values = [None if row is None else getattr(row, output) for row in rows]
            columns.add(f"talipp KST{windows}.{output}", values)


def library_columns(candles):
    columns = Columns(candles)
    pandas_ta_columns(candles, columns)
    talipp_columns(candles, columns)
    return columns.written()


def write(folder, dataset, packages, columns):
    document = {
        "source": "scripts/golden/indicators.py",
        "candles": f"test/golden/candles/{dataset}.csv",
        "versions": {
            **{name: importlib.metadata.version(name) for name in packages},
            "python": platform.python_version(),
        },
        "generated": datetime.date.today().isoformat(),
    }
    if folder == "talib":
        document["versions"]["TA-Lib C library"] = talib.__ta_version__.decode().split()[0]
    rows = ",\n".join(
        f"{json.dumps(name)}:{json.dumps(plain(values), separators=(',', ':'))}"
        for name, values in columns.items()
    )
    target = GOLDEN / folder / f"{dataset}.json"
    target.parent.mkdir(exist_ok=True)
    head = json.dumps(document, indent=1)[:-2]
    target.write_text(f'{head},\n "columns": {{\n{rows}\n}}}}\n')
    print(f"{len(columns)} columns in test/golden/{folder}/{dataset}.json")


def plain(values):
    """JSON has no NaN; whole numbers are shorter without their point."""
    numbers = [None if numpy.isnan(value) else float(value) for value in values]
    return [int(n) if n is not None and n == int(n) and n != 0 else n for n in numbers]


for dataset in DATASETS:
    candles = read_candles(dataset)
    write("talib", dataset, ["TA-Lib", "numpy"], talib_columns(candles))
    write(
        "libraries",
        dataset,
        ["numpy", "pandas", "pandas-ta-classic", "talipp"],
        library_columns(candles),
    )
