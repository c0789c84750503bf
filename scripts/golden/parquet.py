"""Parquet files of the same candles in every form that the import has to read, by pyarrow.

    python -m venv venv
    venv/bin/pip install -r scripts/golden/parquet.txt
    venv/bin/python scripts/golden/parquet.py

Reads the first bars of test/golden/candles/sp500.csv, writes test/golden/parquet/*.parquet: each
codec, each unit of time, several row groups, times as dates, texts, epochs and as the index of a
pandas frame. All of them hold the same bars; the tests need no Python.
"""

import pathlib

import pandas
import pyarrow
import pyarrow.parquet

GOLDEN = pathlib.Path(__file__).resolve().parents[2] / "test/golden"
OUT = GOLDEN / "parquet"
BARS = 120

frame = pandas.read_csv(GOLDEN / "candles/sp500.csv").head(BARS)
when = pandas.to_datetime(frame["time"], unit="s", utc=True)
frame = frame.drop(columns="time")


def table(times):
    columns = {"Timestamp": times}
    for name in frame.columns:
        columns[name.capitalize()] = pyarrow.array(frame[name].astype("float64"))
    return pyarrow.table(columns)


def write(name, content, **options):
    pyarrow.parquet.write_table(content, OUT / f"{name}.parquet", **options)


def stamps(unit, zone=None):
    naive = when.dt.tz_localize(None).astype(f"datetime64[{unit}]")
    return pyarrow.array(naive, type=pyarrow.timestamp(unit, tz=zone))


OUT.mkdir(exist_ok=True)
for codec in ["none", "snappy", "gzip", "zstd", "brotli", "lz4"]:
    write(f"codec-{codec}", table(stamps("us", "UTC")), compression=codec, row_group_size=50)
for unit in ["ms", "ns"]:
    write(f"timestamp-{unit}", table(stamps(unit)))
epoch_ms = when.astype("datetime64[ms, UTC]").astype("int64")
write("epoch-ms", table(pyarrow.array(epoch_ms, type=pyarrow.int64())))
write("epoch-seconds", table(pyarrow.array(epoch_ms // 1000, type=pyarrow.int64())))
write("date", table(pyarrow.array(when.dt.date)))
write("text", table(pyarrow.array(when.dt.strftime("%Y-%m-%d %H:%M:%S"))), use_dictionary=True)
indexed = frame.set_index(when)
indexed.index.name = None
indexed.to_parquet(OUT / "pandas-index.parquet", engine="pyarrow")
