import type { FetchedJob, Wanted, WorkQueue } from "../../../src/jobs/work-queue.ts";
import type { JobSink, QueuePlace, WorkHint } from "../../../src/store/job-sink.ts";
import type { Chance, Troubles } from "./chance.ts";
import type { Tally } from "./tally.ts";
import type { VirtualTime } from "./virtual-time.ts";

interface Job extends FetchedJob {
  readonly key: string;
}

/** A queue that does what queues may: it loses jobs, gives them twice and in any order. */
export class SimulatedQueue {
  troubles: () => Troubles = () => {
    throw new Error("no troubles yet");
  };
  readonly listeners = new Set<() => void>();
  readonly #time: VirtualTime;
  readonly #chance: Chance;
  readonly #tally: Tally;
  #jobs: Job[] = [];
  #no = 0;

  constructor(time: VirtualTime, chance: Chance, tally: Tally) {
    this.#time = time;
    this.#chance = chance;
    this.#tally = tally;
  }

  readonly sink: JobSink = {
    // What a transaction sends that is then undone is a hint too many, which harms nobody.
    send: async (_tx, hints, place) => {
      for (const hint of hints) this.#send(hint, place);
      for (const wake of this.listeners) {
        if (this.#chance.happens(this.troubles().lost)) continue;
        this.#time.after(this.#chance.upTo(100), wake);
      }
    },
    discard: async (_tx, runId) => this.#remove(runId),
    forget: async (_tx, runId) => this.#remove(runId),
  };

  /** The queue as one process sees it. */
  of(answer: <T>(work: () => T) => Promise<T>): WorkQueue {
    return {
      fetch: (wanted) => answer(() => this.#take(wanted)),
      complete: () => answer(() => {}),
      close: async () => {},
    };
  }

  get length(): number {
    return this.#jobs.length;
  }

  #send(hint: WorkHint, { priority, workers }: QueuePlace): void {
    const key = hint.kind === "chunk" ? `${hint.runId} ${hint.stage} ${hint.no}` : hint.runId;
    if (this.#jobs.some((job) => job.key === key)) return;
    const { lost, twice } = this.troubles();
    if (this.#chance.happens(lost)) {
      this.#tally["job lost"]++;
      return;
    }
    const id = String(this.#no++);
    const job = { id, key, hint, priority, workers };
    this.#jobs.push(job);
    if (!this.#chance.happens(twice)) return;
    this.#tally["job twice"]++;
    this.#jobs.push({ ...job });
  }

  #take({ above, exceptRuns }: Wanted): FetchedJob | null {
    const due = this.#jobs.filter(
      ({ hint, priority }) =>
        (hint.notBefore === null || hint.notBefore.getTime() <= this.#time.nowMs) &&
        (above === null || priority > above) &&
        !exceptRuns.includes(hint.runId),
    );
    if (due.length === 0) return null;
    const job = this.#chance.one(due);
    if (job !== due[0]) this.#tally["job out of order"]++;
    this.#jobs = this.#jobs.filter((other) => other !== job);
    return job;
  }

  #remove(runId: string): void {
    this.#jobs = this.#jobs.filter(({ hint }) => hint.runId !== runId);
  }
}
