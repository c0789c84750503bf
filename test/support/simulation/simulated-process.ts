import type { ChunkTask, ComputePool, RunChunkOptions } from "../../../src/pool/task.ts";
import type { RunFault } from "../../../src/runner/run-fault.ts";
import { Runner } from "../../../src/runner/runner.ts";
import type { Store } from "../../../src/store/store.ts";
import { CANDLES, PLAN } from "./sample.ts";
import type { World } from "./world.ts";

/** A connection that broke: whether the statement was done nobody knows. */
class BrokenConnection extends Error {
  readonly code = "ECONNRESET";
}

/** A call whose way takes so long is counted as slow. */
const SLOW_MS = 1_000;
const ASYNC_ITERABLES = new Set(["storedRows", "storedChunks"]);

/**
 * A process with the real runner in it. It reaches the real store over calls that take their time,
 * fail, or are done without an answer; its threads take as long as they like; and it dies at any
 * moment: from then on nothing it has asked for is done, and nothing it is told is heard.
 */
export class SimulatedProcess {
  readonly name: string;
  readonly faults: RunFault[] = [];
  alive = true;
  readonly runner: Runner;
  #frozenUntilMs = 0;
  readonly #world: World;

  constructor(world: World, name: string) {
    this.#world = world;
    this.name = name;
    this.runner = new Runner({
      store: this.#store(),
      queue: world.queue.of((work) => this.#call("queue", async () => work())),
      pool: this.#pool(),
      datasets: { candles: async () => CANDLES, resampled: async () => CANDLES },
      worker: name,
      clock: world.time.clockOf((call) => void this.#whenAwake(call)),
      random: () => world.chance.uniform(),
      onFault: (fault) => {
        this.faults.push(fault);
        world.trace(`${name} fault ${fault.what}: ${(fault.error as Error).message}`);
      },
      onStep: (step) => {
        if (step.kind === "end") world.trace(`${name} ${step.work}`);
        else world.trace(`${name} ${step.what} ${step.chunk.stage} ${step.chunk.no}`);
      },
    });
  }

  kill(): void {
    this.alive = false;
  }

  /** Nothing of it happens until then: a machine that hangs. */
  freeze(untilMs: number): void {
    this.#frozenUntilMs = untilMs;
  }

  /** The real store behind a network. */
  #store(): Store {
    const { store, listeners, queue, ledger } = this.#world;
    const overrides: Partial<Store> = {
      onRunStopping: (listener) => subscribe(listeners, (id) => this.alive && listener(id)),
      onJobs: (listener) => subscribe(queue.listeners, () => this.alive && listener()),
    };
    return new Proxy(store, {
      get: (_target, name: keyof Store) => {
        if (name in overrides) return overrides[name];
        const method = store[name];
        if (typeof method !== "function") return method;
        const call = method as (...args: unknown[]) => unknown;
        if (ASYNC_ITERABLES.has(name)) {
          return (...args: unknown[]) =>
            this.#iterate(name, call(...args) as AsyncIterable<unknown>);
        }
        return (...args: unknown[]) =>
          this.#call(name, async () => {
            const answer = await call(...args);
            ledger.answered(name, args, answer);
            return answer;
          });
      },
    });
  }

  async *#iterate(name: string, items: AsyncIterable<unknown>): AsyncGenerator<unknown> {
    const iterator = items[Symbol.asyncIterator]();
    for (;;) {
      const { done, value } = await this.#call(name, () => iterator.next());
      if (done) return;
      yield value;
    }
  }

  /** There, done, and back again; each way takes its time, and either may be the last. */
  #call<T>(name: string, work: () => Promise<T>): Promise<T> {
    const { chance, tally } = this.#world;
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const lose = () => reject(new BrokenConnection(`${name} was cut off`));
    this.#travel(async () => {
      if (chance.happens(this.#world.troubles.databaseError)) {
        tally["call failed"]++;
        return this.#travel(lose);
      }
      try {
        const result = await this.#world.atDatabase(work);
        const lost = chance.happens(this.#world.troubles.lostAnswer);
        if (lost) tally["answer lost"]++;
        this.#travel(lost ? lose : () => resolve(result));
      } catch (error) {
        this.#travel(() => reject(error));
      }
    });
    return promise;
  }

  #travel(then: () => Promise<void> | void): void {
    const { time, chance, troubles, tally } = this.#world;
    const takesMs = chance.upTo(troubles.slowestCallMs);
    if (takesMs > SLOW_MS) tally["call slow"]++;
    time.after(takesMs, () => this.#whenAwake(then));
  }

  #whenAwake(then: () => Promise<void> | void): Promise<void> | void {
    const { time } = this.#world;
    if (!this.alive) return;
    if (time.nowMs >= this.#frozenUntilMs) return then();
    time.after(this.#frozenUntilMs - time.nowMs, () => this.#whenAwake(then));
  }

  #pool(): ComputePool {
    const { scores } = this.#world;
    return {
      size: 2,
      runChunk: (task, options) => this.#runChunk(task, options),
      giveBack: () => {},
      forget: () => {},
      score: async ({ stage }, variants) =>
        Array.from(variants, (variant) => scores.variant(stage, variant)),
      runSweep: () => Promise.reject(new Error("nobody asks for a whole sweep")),
      report: () => Promise.reject(new Error("nobody asks for a report")),
      check: () => Promise.reject(new Error("nobody asks for a check")),
      stats: () => ({
        size: 2,
        alive: 2,
        allowed: 2,
        busy: 0,
        queuedChunks: 0,
        replacedWorkers: 0,
        failedStarts: 0,
        slices: 0,
      }),
      caches: () => [],
      close: async () => {},
    };
  }

  #runChunk(task: ChunkTask, { signal, onProgress }: RunChunkOptions = {}) {
    const { scores, time, chance, troubles, tally } = this.#world;
    const size = PLAN.request.schedule.chunkVariants!;
    const { promise, resolve, reject } =
      Promise.withResolvers<Awaited<ReturnType<ComputePool["runChunk"]>>>();
    const elapsedMs = chance.around(troubles.chunkMs);
    // Halfway it has something to tell of.
    const tellNot = time.after(elapsedMs / 2, () =>
      this.#whenAwake(() => {
        const { scored, rows } = scores.part(task, (task.from + task.to) >> 1);
        const best = scored === 0 ? null : rows.data.subarray(0, rows.stride);
        onProgress?.({ scored, best });
      }),
    );
    const stopped = () => {
      callOff();
      tellNot();
      const end = task.from + chance.below(task.to - task.from + 1);
      const part = scores.part(task, end);
      this.#whenAwake(() => resolve({ status: "aborted", elapsedMs, ...part }));
    };
    const callOff = time.after(elapsedMs, () =>
      this.#whenAwake(() => {
        signal?.removeEventListener("abort", stopped);
        const { threadDeath, poison } = this.#world.troubles;
        const worst = poison === null ? Number.NaN : poison * size;
        const poisoned = task.stage === "STAGE_A" && task.from <= worst && worst < task.to;
        if (chance.happens(threadDeath) || poisoned) {
          tally["thread died"]++;
          reject(new Error("a worker thread died: simulated"));
        } else resolve({ status: "done", elapsedMs, ...scores.part(task, task.to) });
      }),
    );
    signal?.addEventListener("abort", stopped, { once: true });
    return promise;
  }
}

function subscribe<L>(listeners: Set<L>, listener: L): () => void {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}
