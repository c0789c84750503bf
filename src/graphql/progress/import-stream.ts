import { complaint, UserError } from "../../core/user-error.ts";
import type { ImportRecord } from "../../store/import-records.ts";
import type { ApiStore } from "../context.ts";

type ImportSource = Pick<ApiStore, "importById" | "onImportChanged">;

/** How often a stream looks without being told, should a notification get lost. */
const RECHECK_MS = 5_000;

function isOver({ state }: ImportRecord): boolean {
  return state === "SUCCEEDED" || state === "FAILED" || state === "CANCELLED";
}

/**
 * Follows an import: where it is now, then every change that a reader is fast enough for, and its
 * end in any case. Throws UserError NOT_FOUND.
 */
export async function openImportStream(store: ImportSource, id: string): Promise<ImportStream> {
  const stream = new ImportStream(store, id);
  if (await stream.exists()) return stream;
  await stream.return();
  throw new UserError("NOT_FOUND", complaint("id", "no such import", id));
}

/**
 * One subscriber's iterator. Not a generator: `return` must end a `next` that waits. It keeps no
 * queue: a change that comes while nobody reads is part of what the next look finds.
 */
class ImportStream implements AsyncIterableIterator<ImportRecord> {
  readonly #store: ImportSource;
  readonly #id: string;
  readonly #undo: () => void;
  readonly #timer: NodeJS.Timeout;
  #changed = true;
  #wake = () => {};
  #seen = 0;
  #over = false;

  constructor(store: ImportSource, id: string) {
    this.#store = store;
    this.#id = id;
    this.#undo = store.onImportChanged((changed) => {
      if (changed === id) this.#tell();
    });
    this.#timer = setInterval(() => this.#tell(), RECHECK_MS);
    this.#timer.unref();
  }

  async exists(): Promise<boolean> {
    return (await this.#store.importById(this.#id)) !== null;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<ImportRecord>> {
    while (!this.#over) {
      if (!this.#changed) await this.#news();
      this.#changed = false;
      if (this.#over) break;
      const record = await this.#store.importById(this.#id);
      if (record === null) break;
      if (record.seq <= this.#seen) continue;
      this.#seen = record.seq;
      if (isOver(record)) this.#end();
      return { done: false, value: record };
    }
    this.#end();
    return { done: true, value: undefined };
  }

  return(): Promise<IteratorResult<ImportRecord>> {
    this.#end();
    return Promise.resolve({ done: true, value: undefined });
  }

  #news(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #tell(): void {
    this.#changed = true;
    this.#wake();
  }

  #end(): void {
    this.#over = true;
    this.#undo();
    clearInterval(this.#timer);
    this.#tell();
  }
}
