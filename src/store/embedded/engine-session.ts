import { PGlite } from "@electric-sql/pglite";
import { LOG_SETTINGS } from "./database-log.ts";
import { engineModule } from "./engine-module.ts";
import type { EmbeddedSession } from "./session.ts";

/** How the engine leaves a statement that failed. Everything else that it throws is its end. */
const STATEMENT_FAILED = 100;

/** The engine on the thread that calls it; every answer holds that thread up. */
export class EngineSession implements EmbeddedSession {
  readonly #engine: PGlite;
  #former: Promise<unknown> = Promise.resolve();

  /** In memory when there is no directory; a new one is initialised. */
  static async open(dataDir: string | undefined): Promise<EngineSession> {
    const settings = LOG_SETTINGS.flatMap((setting) => ["-c", setting]);
    const startParams = [...PGlite.defaultStartParams, ...settings];
    const place = dataDir === undefined ? {} : { dataDir };
    const pgliteWasmModule = await engineModule();
    const engine = await PGlite.create({ ...place, startParams, pgliteWasmModule });
    failLoudly(engine);
    return new EngineSession(engine);
  }

  private constructor(engine: PGlite) {
    this.#engine = engine;
  }

  answer(messages: Uint8Array): Promise<Uint8Array> {
    return this.#inTurn(() => this.#answer(messages));
  }

  /** What comes while the engine is at work waits for it. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#former.then(work);
    this.#former = done.catch(() => {});
    return done;
  }

  async #answer(messages: Uint8Array): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    await this.#engine.execProtocolRawStream(messages, {
      // Files of a directory are written as the engine writes; there is nothing to carry over.
      syncToFs: false,
      // A view of the engine's memory, which is another's as soon as this returns.
      onRawData: (part) => parts.push(part.slice()),
    });
    return joined(parts);
  }

  get memoryBytes(): number {
    return this.#engine.Module.HEAPU8.byteLength;
  }

  async close(): Promise<void> {
    await this.#inTurn(() => this.#engine.close());
  }

  async kill(): Promise<void> {}
}

/**
 * PGlite takes whatever its engine throws for the end of a statement and calls it again, for ever
 * where the engine is dead and reads no longer. What it looks at first is the status.
 */
function failLoudly({ Module }: PGlite): void {
  const step = Module._PostgresMainLoopOnce;
  Module._PostgresMainLoopOnce = () => {
    try {
      step();
    } catch (error) {
      if ((error as { readonly status?: number }).status === STATEMENT_FAILED) throw error;
      const fault = new Error(`the embedded database died: ${error}`, { cause: error });
      throw Object.defineProperty(new Error(), "status", {
        get: () => {
          throw fault;
        },
      });
    }
  };
}

/** In memory of its own, which can be given to another thread. */
function joined(parts: readonly Uint8Array[]): Uint8Array {
  const [first, ...others] = parts;
  if (first !== undefined && others.length === 0) return first;
  const all = new Uint8Array(parts.reduce((total, { byteLength }) => total + byteLength, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.byteLength;
  }
  return all;
}
