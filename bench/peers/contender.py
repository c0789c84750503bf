"""contender.py NAME FOLDER: a workload a line in, a line of JSON out; see contender.ts."""

import json
import os
import sys
import time

import numpy as np


def load(folder, name):
    close = np.fromfile(f"{folder}/{name}.close.f64")
    path = f"{folder}/{name}.pairs.i32"
    pairs = np.fromfile(path, dtype=np.int32).reshape(-1, 2) if os.path.exists(path) else None
    return close, pairs


def main(name, folder):
    if name == "numba":
        from loops import run
    else:
        import vectorized

        run = vectorized.runner("rust" if name.endswith("rust") else "numba")
    for line in sys.stdin:
        workload = line.strip()
        close, pairs = load(folder, workload)
        started = time.perf_counter()
        result = run(workload, close, pairs)
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
