"""contender.py NAME FOLDER: `workload fees|free` a line in, a line of JSON out; see contender.ts."""

import importlib
import json
import os
import sys
import time

import numpy as np

MODULES = {
    "numba": "loops",
    "vectorbt": "vectorized",
    "vectorbt-rust": "vectorized",
    "raptorbt": "one_sided",
    "backtesting": "event_driven",
}


def load(folder, name):
    close = np.fromfile(f"{folder}/{name}.close.f64")
    path = f"{folder}/{name}.pairs.i32"
    pairs = np.fromfile(path, dtype=np.int32).reshape(-1, 2) if os.path.exists(path) else None
    return close, pairs


def main(name, folder):
    run = importlib.import_module(MODULES[name]).runner(name)
    for line in sys.stdin:
        workload, costs = line.split()
        close, pairs = load(folder, workload)
        started = time.perf_counter()
        result = run(workload, close, pairs, 0.1 / 100 if costs == "fees" else 0.0)
        ms = (time.perf_counter() - started) * 1e3
        if result is None:
            answer = {"skipped": "not expressed"}
        else:
            returns, positions = result
            np.asarray(returns, dtype=np.float64).tofile(f"{folder}/{workload}.{name}.f64")
            answer = {"ms": ms, "variants": len(returns)}
            if positions is not None:
                answer["positions"] = [int(p) for p in positions]
        print(json.dumps(answer), flush=True)


main(*sys.argv[1:])
