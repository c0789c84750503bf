import type { BitPlane } from "../series/bit-plane.ts";
import type { PlanePair, ScoringBackend } from "./backend.ts";
import { type SignalPlanes, signalAxes } from "./signal-planes.ts";
import type { SignalBinding, Sweep } from "./sweep.ts";

/** Signals by their fastest axis, so that the last one changes most often. AND does not care. */
export function slowestFirst(sweep: Sweep): SignalBinding[] {
  const fastest = (signal: SignalBinding) => signalAxes(sweep, signal).at(-1) ?? -1;
  return sweep.signals.toSorted((a, b) => fastest(a) - fastest(b));
}

/**
 * AND of several signals, kept step by step: a step is done again only where one of its inputs has
 * changed since the last variant.
 */
export class SignalConjunction {
  readonly #backend: ScoringBackend;
  readonly #signals: readonly SignalPlanes[];
  /** Result after signal i + 1, and what each signal was when it was made. */
  readonly #results: PlanePair[];
  readonly #inputs: { pair: PlanePair | null; version: number }[];

  constructor(backend: ScoringBackend, signals: readonly SignalPlanes[], newPlane: () => BitPlane) {
    this.#backend = backend;
    this.#signals = signals;
    const steps = Math.max(0, signals.length - 1);
    this.#results = Array.from({ length: steps }, () => ({ long: newPlane(), short: newPlane() }));
    this.#inputs = signals.map(() => ({ pair: null, version: -1 }));
  }

  /** The AND at these digits; of no signals there is none, and the caller uses no plane of it. */
  all(digits: Int32Array): PlanePair {
    let result: PlanePair = NO_PLANES;
    let changed = false;
    for (let s = 0; s < this.#signals.length; s++) {
      const signal = this.#signals[s];
      const pair = signal.at(digits);
      const input = this.#inputs[s];
      changed ||= input.pair !== pair || input.version !== signal.version;
      input.pair = pair;
      input.version = signal.version;
      if (s === 0) result = pair;
      else {
        if (changed) this.#backend.and(result, pair, this.#results[s - 1]);
        result = this.#results[s - 1];
      }
    }
    return result;
  }
}

const NO_PLANES: PlanePair = { long: new Int32Array(0), short: new Int32Array(0) };
