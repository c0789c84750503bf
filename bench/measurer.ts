import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { forkAsService } from "./fork-as-service.ts";
import type { Measured, MeasuredLap, MeasureOrder, Question } from "./measure.ts";

/** A workload in a process of its own: see measure.ts. */
export class Measurer {
  readonly ready: Promise<unknown>;
  readonly #child: ChildProcess;
  readonly #failed: Promise<never>;

  constructor(order: MeasureOrder) {
    this.#child = forkAsService(new URL("measure.ts", import.meta.url));
    this.#failed = once(this.#child, "exit").then(([code]) => {
      throw new Error(`the measurement of ${order.planned.name} ended with code ${code}`);
    });
    // Once a result is there, how the child ends no longer matters.
    this.#failed.catch(() => {});
    this.ready = this.#ask({ kind: "start", order });
  }

  run(): Promise<MeasuredLap> {
    return this.#ask({ kind: "run" });
  }

  /** Until the process has gone: it leaves what it has compiled to those after it. */
  async end(): Promise<Measured> {
    const measured = await this.#ask<Measured>({ kind: "end" });
    await this.#failed.catch(() => {});
    return measured;
  }

  kill(): void {
    this.#child.kill();
  }

  async #ask<T>(question: Question): Promise<T> {
    this.#child.send(question);
    const [answer] = await Promise.race([once(this.#child, "message"), this.#failed]);
    return answer as T;
  }
}
