import { Worker } from "node:worker_threads";
import type { FromWorker, ToWorker, WorkerSettings } from "./protocol.ts";
import { THREAD_LIMITS } from "./thread-limits.ts";
import { HELD } from "./thread-memory.ts";

/** What a thread's end or message means to the pool. */
export interface ThreadListener {
  onMessage(thread: Thread, message: FromWorker): void;
  /** The thread is gone, expected or not. */
  onExit(thread: Thread, reason: Error | null): void;
}

/** One worker thread with its orders in flight. */
export class Thread {
  readonly no: number;
  /** Orders sent and not yet answered. */
  readonly orders = new Set<number>();
  readonly ready: Promise<void>;
  /** False until it has warmed up. */
  isReady = false;
  readonly #worker: Worker;
  readonly #held = new Float64Array(new SharedArrayBuffer(HELD.words * 8));
  #fault: Error | null = null;

  constructor(settings: Omit<WorkerSettings, "held">, listener: ThreadListener) {
    this.no = settings.no;
    this.#worker = new Worker(new URL("./worker.ts", import.meta.url), {
      workerData: { ...settings, held: this.#held } satisfies WorkerSettings,
      resourceLimits: {
        ...THREAD_LIMITS,
        maxOldGenerationSizeMb: Math.ceil(settings.limitBytes / 2 ** 20),
      },
    });
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.ready = promise;
    this.#worker.on("message", (message: FromWorker) => {
      if (message.kind !== "ready") return listener.onMessage(this, message);
      this.isReady = true;
      resolve();
    });
    this.#worker.on("error", (error) => {
      this.#fault = error instanceof Error ? error : new Error(String(error));
    });
    this.#worker.on("exit", (code) => {
      reject(this.#fault ?? new Error(`worker thread ended with code ${code} before it was ready`));
      listener.onExit(this, this.#fault);
    });
    promise.catch(() => {});
  }

  /** What it held when it last looked. */
  memory(): { readonly no: number; readonly heapBytes: number; readonly arrayBytes: number } {
    const { no } = this;
    return { no, heapBytes: this.#held[HELD.heap], arrayBytes: this.#held[HELD.arrays] };
  }

  send(id: number, message: ToWorker): void {
    this.tell(message);
    this.orders.add(id);
  }

  /** What has no answer. */
  tell(message: ToWorker): void {
    this.#worker.postMessage(message);
  }

  /** Ends the thread at once. */
  async terminate(): Promise<void> {
    await this.#worker.terminate();
  }
}
