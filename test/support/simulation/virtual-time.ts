import type { Clock } from "../../../src/runner/clock.ts";

interface Due {
  readonly atMs: number;
  readonly no: number;
  readonly run: () => Promise<void> | void;
}

/**
 * Time that moves only when somebody waits for it. What is due happens one after the other, each to
 * its end, in an order that depends on nothing but when and in which order it was asked for.
 */
export class VirtualTime {
  nowMs = Date.UTC(2030, 0, 1);
  #no = 0;
  #due: Due[] = [];

  after(ms: number, run: () => Promise<void> | void): () => void {
    const due = { atMs: this.nowMs + Math.max(0, ms), no: this.#no++, run };
    // From the end: most of what is asked for is later than what waits.
    let i = this.#due.length;
    while (i > 0 && this.#due[i - 1].atMs > due.atMs) i--;
    this.#due.splice(i, 0, due);
    return () => {
      const at = this.#due.indexOf(due);
      if (at >= 0) this.#due.splice(at, 1);
    };
  }

  /** The next thing that is due; false when nothing is, or it is after `untilMs`. */
  async step(untilMs: number): Promise<boolean> {
    await settled();
    const next = this.#due[0];
    if (next === undefined || next.atMs > untilMs) return false;
    this.#due.shift();
    this.nowMs = Math.max(this.nowMs, next.atMs);
    await next.run();
    return true;
  }

  /** A process's clock; `gate` lets its calls through, now, later or never. */
  clockOf(gate: (call: () => void) => void): Clock {
    return {
      now: () => this.nowMs,
      after: (ms, call) => this.after(ms, () => gate(call)),
      every: (ms, call) => {
        let callOff = () => {};
        const again = () => {
          callOff = this.after(ms, () =>
            gate(() => {
              again();
              call();
            }),
          );
        };
        again();
        return () => callOff();
      },
    };
  }
}

/** Whatever can go on without time passing has gone on. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
