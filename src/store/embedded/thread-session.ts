import { Worker } from "node:worker_threads";
import type { EmbeddedSession } from "./session.ts";

/** Messages of the protocol, or that it is over. */
export type ToDatabase = Uint8Array | "close";
/** It is open, or an answer; answers come in the order of what was asked. */
export type FromDatabase = "ready" | Uint8Array;

export interface ToDatabaseSettings {
  readonly dataDir: string | undefined;
  /** Bytes that the engine holds, in memory that both threads see. */
  readonly held: Float64Array;
}

interface Waiting {
  readonly resolve: (answer: Uint8Array) => void;
  readonly reject: (error: Error) => void;
}

/**
 * The embedded database's thread is gone. Coded as PostgreSQL does for a server that has crashed:
 * an outage, after which there is another.
 */
export class DatabaseThreadDied extends Error {
  override readonly name = "DatabaseThreadDied";
  readonly code = "57P02";
}

/** The engine in a thread of its own. */
export class ThreadSession implements EmbeddedSession {
  readonly #worker: Worker;
  readonly #held = new Float64Array(new SharedArrayBuffer(8));
  readonly #waiting: Waiting[] = [];
  readonly #ended: Promise<void>;
  #fault: Error | null = null;
  #gone: DatabaseThreadDied | null = null;

  /** Rejects, with the thread gone, when the directory cannot be opened. */
  static async open(dataDir: string | undefined): Promise<ThreadSession> {
    const session = new ThreadSession(dataDir);
    await session.#answered();
    return session;
  }

  private constructor(dataDir: string | undefined) {
    this.#worker = new Worker(new URL("./database-thread.ts", import.meta.url), {
      workerData: { dataDir, held: this.#held } satisfies ToDatabaseSettings,
    });
    this.#ended = new Promise((resolve) => this.#worker.once("exit", resolve)).then(() => {
      this.#end();
    });
    this.#worker.on("error", (error) => {
      this.#fault = error;
    });
    this.#worker.on("message", (message: FromDatabase) => {
      this.#waiting.shift()?.resolve(message === "ready" ? new Uint8Array() : message);
      if (this.#waiting.length === 0) this.#worker.unref();
    });
  }

  async answer(messages: Uint8Array): Promise<Uint8Array> {
    if (this.#gone !== null) throw this.#gone;
    this.#worker.postMessage(messages satisfies ToDatabase, [messages.buffer as ArrayBuffer]);
    return this.#answered();
  }

  get memoryBytes(): number {
    return this.#held[0];
  }

  async close(): Promise<void> {
    this.#worker.ref();
    this.#worker.postMessage("close" satisfies ToDatabase);
    await this.#ended;
  }

  async kill(): Promise<void> {
    await this.#worker.terminate();
    await this.#ended;
  }

  /** The process lives as long as somebody waits, and is not kept by a thread that rests. */
  #answered(): Promise<Uint8Array> {
    this.#worker.ref();
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  #end(): void {
    const why = this.#fault === null ? "" : `: ${this.#fault.message}`;
    const gone = new DatabaseThreadDied(`the embedded database's thread has ended${why}`);
    this.#gone = gone;
    for (const { reject } of this.#waiting.splice(0)) reject(gone);
  }
}
