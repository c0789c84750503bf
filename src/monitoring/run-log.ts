import type { RunFault } from "../runner/run-fault.ts";
import type { RunStep } from "../runner/run-step.ts";
import { isOutage } from "../store/outage.ts";

/** The part of a logger that is needed; pino is one. */
export interface ChildLog {
  child(bindings: object): ChildLog;
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Lines about runs, each with the run and the chunk it is about, so that one can be followed. */
export class RunLog {
  readonly #log: ChildLog;

  constructor(log: ChildLog) {
    this.#log = log;
  }

  /** Chunks are many, and of interest to few: debug, but for those that were given up. */
  step(step: RunStep): void {
    const elapsedMs = Math.round(step.elapsedMs);
    if (step.kind === "end") {
      this.#log.info({ runId: step.runId, work: step.work, elapsedMs }, "stage ended");
      return;
    }
    const { what, chunk, scored } = step;
    const log = this.#chunkLog(chunk).child({ attempt: chunk.attempts });
    const message = `chunk ${what.toLowerCase()}`;
    if (what === "FAILED") log.warn({ elapsedMs }, message);
    else log.debug({ scored, elapsedMs }, message);
  }

  /** An outage is told without its stack: it comes often, and says nothing of the code. */
  fault({ runId, what, chunk, error }: RunFault): void {
    const log = chunk === undefined ? this.#log.child({ runId }) : this.#chunkLog(chunk);
    if (isOutage(error)) log.warn({ reason: reasonOf(error) }, `runner: ${what}: no database`);
    else log.error({ err: error }, `runner: ${what}`);
  }

  #chunkLog({ runId, stage, no }: NonNullable<RunFault["chunk"]>): ChildLog {
    return this.#log.child({ runId, stage, chunk: no });
  }
}

/** The innermost cause says what happened; what is around it says the whole statement. */
function reasonOf(error: unknown): string {
  let cause = error;
  while (cause instanceof Error && cause.cause instanceof Error) cause = cause.cause;
  if (!(cause instanceof Error)) return String(cause);
  // Where several addresses were tried, only the code says something.
  return cause.message || ("code" in cause ? String(cause.code) : cause.name);
}
