import { Worker } from "node:worker_threads";
import type { FromWorker, ToWorker, WorkerSettings } from "./protocol.ts";

/** Threads work in arrays that are there already: little is made that could be garbage. */
const YOUNG_MB = 6;

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
  #fault: Error | null = null;

  constructor(settings: WorkerSettings, listener: ThreadListener) {
    this.no = settings.no;
    this.#worker = new Worker(new URL("./worker.ts", import.meta.url), {
      workerData: settings,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
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

  send(id: number, message: ToWorker): void {
    this.#worker.postMessage(message);
    this.orders.add(id);
  }

  /** Ends the thread at once. */
  async terminate(): Promise<void> {
    await this.#worker.terminate();
  }
}
