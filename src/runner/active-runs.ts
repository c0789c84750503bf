import { ActiveRun, type ActiveRunOptions } from "./active-run.ts";
import type { RunFault } from "./run-fault.ts";

export type ActiveRunsOptions = Omit<ActiveRunOptions, "onFault"> & {
  readonly onFault: (fault: RunFault) => void;
};

/** The runs that this process works on, each shared by its chunks in flight. */
export class ActiveRuns {
  readonly #options: ActiveRunsOptions;
  readonly #runs = new Map<string, { users: number; readonly run: Promise<ActiveRun> }>();

  constructor(options: ActiveRunsOptions) {
    this.#options = options;
  }

  /** Every `take` needs its `leave`. */
  take(runId: string): Promise<ActiveRun> {
    const entry = this.#runs.get(runId) ?? { users: 0, run: this.#load(runId) };
    entry.users++;
    this.#runs.set(runId, entry);
    return entry.run;
  }

  leave(runId: string): void {
    const entry = this.#runs.get(runId)!;
    entry.users--;
    if (entry.users > 0) return;
    this.#runs.delete(runId);
    entry.run.then(
      (run) => run.dispose(),
      () => {},
    );
  }

  /** Stops the run's chunks here when it is to stop. */
  async check(runId: string): Promise<void> {
    try {
      const active = await this.#runs.get(runId)?.run;
      await active?.check();
    } catch (error) {
      this.#options.onFault({ runId, what: "stop", error });
    }
  }

  /** A stop that came before this process listened for it is seen here. */
  async #load(runId: string): Promise<ActiveRun> {
    const run = await this.#options.store.run(runId);
    if (run === null) throw new Error(`run ${runId} has a chunk but no row`);
    const active = new ActiveRun(run, {
      ...this.#options,
      onFault: (error) => this.#options.onFault({ runId, what: "progress", error }),
    });
    if (run.stopState !== null) active.abort();
    return active;
  }
}
