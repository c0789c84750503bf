import { randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { complaint, UserError } from "../../core/user-error.ts";
import { ExchangeFault } from "../../market-data/exchange.ts";
import { LOCAL_OWNER } from "../../store/access-records.ts";
import type { ImportEnd, ImportRecord } from "../../store/import-records.ts";
import type { ImportStore } from "../../store/imports.ts";
import type { ImportResult } from "../dataset-import.ts";
import type { DatasetLibrary } from "../dataset-library.ts";
import { importBytes } from "./import-bytes.ts";
import { type ExchangeWorld, importFromExchange } from "./import-exchange.ts";
import { type ImportableFile, ImportFolder } from "./import-folder.ts";
import { checkedRequest, type ImportWish } from "./import-request.ts";
import { ImportCancelled, ImportLost, ImportTask } from "./import-task.ts";

export interface ImportServiceOptions {
  readonly store: ImportStore;
  readonly datasets: DatasetLibrary;
  /** Name of this process, unique among all that share the database. */
  readonly worker: string;
  /** The folder that requests may read files from; null for none. */
  readonly folder: string | null;
  /** Of an upload or a file, packed and unpacked. */
  readonly maxBytes: number;
  /** Imports that wait or run, in the whole database; another one is refused with QUEUE_FULL. */
  readonly maxActive: number;
  readonly world: ExchangeWorld;
  readonly onFault?: (fault: { readonly importId: string; readonly error: unknown }) => void;
  readonly leaseMs?: number;
}

const DEFAULT_LEASE_MS = 15_000;

/** The process that worked on an import is gone, and what it was reading with it. */
const INTERRUPTED = { code: "INTERRUPTED", message: "the upload was cut off" };

/**
 * Imports that are worth following: uploads, files of the operator's folder, and exchanges. Each
 * is a row of the store with its progress; an import whose process dies is taken over by another,
 * from the pages that are stored (exchange), from the start (file), or not at all (upload).
 */
export class ImportService {
  readonly #options: ImportServiceOptions;
  readonly #folder: ImportFolder;
  readonly #tasks = new Map<string, { task: ImportTask; done: Promise<void> }>();
  readonly #leaseMs: number;
  #watch: NodeJS.Timeout | null = null;
  #closed = false;

  constructor(options: ImportServiceOptions) {
    this.#options = options;
    this.#folder = new ImportFolder(options.folder);
    this.#leaseMs = options.leaseMs ?? DEFAULT_LEASE_MS;
  }

  /** Goes on with what other processes have lost, now and from time to time. */
  async watch(): Promise<void> {
    this.#watch = setInterval(() => void this.#takeOver().catch(() => {}), this.#leaseMs / 3);
    await this.#takeOver();
  }

  /**
   * Validates and begins, for whoever is here without a token unless an owner is named. An upload
   * waits for its bytes, anything else runs in the background.
   * UserError VALIDATION, QUEUE_FULL.
   */
  async start(wish: ImportWish, owner: string = LOCAL_OWNER): Promise<ImportRecord> {
    const request = checkedRequest(wish);
    if (request.origin.kind === "FILE") await this.#folder.locate(request.origin.path);
    const { store, maxActive } = this.#options;
    const record = await store.createImport({ id: randomUUID(), owner, request }, maxActive);
    if (request.origin.kind === "UPLOAD") return record;
    return this.#begin(record.id);
  }

  /** Takes the bytes of an upload that waits. UserError NOT_FOUND, CONFLICT, VALIDATION. */
  async receive(
    id: string,
    upload: { readonly stream: AsyncIterable<Uint8Array>; readonly total: number | null },
  ): Promise<ImportRecord> {
    const { store, datasets, maxBytes } = this.#options;
    const waiting = await this.find(id);
    if (waiting.request.origin.kind !== "UPLOAD" || waiting.state !== "WAITING") {
      const message = "takes no upload";
      const value = `${waiting.request.origin.kind}, ${waiting.state}`;
      throw new UserError("CONFLICT", complaint("id", message, value, "UPLOAD, WAITING"));
    }
    let refused: unknown = null;
    await this.#run(id, async (task) => {
      try {
        return await importBytes(task, { ...upload, maxBytes }, datasets);
      } catch (error) {
        refused = error;
        throw error;
      }
    }).then((running) => running.done);
    if (refused instanceof UserError) throw refused;
    return (await store.importById(id))!;
  }

  /** Idempotent. NOT_FOUND. */
  async cancel(id: string): Promise<ImportRecord> {
    const record = await this.#options.store.cancelImport(id);
    if (record === null) throw notFound(id);
    this.#tasks.get(id)?.task.stop(new ImportCancelled());
    await this.#tasks.get(id)?.done;
    return (await this.#options.store.importById(id)) ?? record;
  }

  /** Goes on with one that failed or was cancelled. NOT_FOUND, CONFLICT. */
  async retry(id: string): Promise<ImportRecord> {
    const record = await this.find(id);
    const again = record.state === "FAILED" || record.state === "CANCELLED";
    if (!again || record.request.origin.kind === "UPLOAD") {
      const bound = "a FILE or EXCHANGE import that is FAILED or CANCELLED";
      const value = `${record.request.origin.kind}, ${record.state}`;
      throw new UserError("CONFLICT", complaint("id", "cannot be done again", value, bound));
    }
    return this.#begin(id);
  }

  /** NOT_FOUND. */
  async find(id: string): Promise<ImportRecord> {
    const record = await this.#options.store.importById(id);
    if (record === null) throw notFound(id);
    return record;
  }

  /** As `retry`, or takes over one whose process is gone. NOT_FOUND, CONFLICT. */
  async resume(id: string): Promise<ImportRecord> {
    const { state, request } = await this.find(id);
    const abandoned = state === "RUNNING" && request.origin.kind !== "UPLOAD";
    return abandoned ? this.#begin(id) : this.retry(id);
  }

  /** UserError VALIDATION where no folder is allowed. */
  files(): Promise<ImportableFile[]> {
    return this.#folder.list();
  }

  /** Resolves when an import that this process works on has ended. */
  async whenDone(id: string): Promise<void> {
    await this.#tasks.get(id)?.done;
  }

  /** Lets go of everything: files and exchanges for another process, uploads for good. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#watch !== null) clearInterval(this.#watch);
    const running = [...this.#tasks.values()];
    for (const { task } of running) task.stop(new Closing());
    await Promise.all(running.map(({ done }) => done));
  }

  async #begin(id: string): Promise<ImportRecord> {
    const { task } = await this.#run(id, (running) => this.#work(running));
    return task.record;
  }

  async #work(task: ImportTask): Promise<ImportResult> {
    const { origin } = task.record.request;
    const { datasets, world, maxBytes } = this.#options;
    if (origin.kind === "EXCHANGE") return importFromExchange(task, origin, world, datasets);
    if (origin.kind === "UPLOAD") throw new Error("an upload has no bytes to begin again with");
    const { file, bytes } = await this.#folder.locate(origin.path);
    const stream = createReadStream(file, { highWaterMark: 1 << 18 });
    return importBytes(task, { stream, total: bytes, maxBytes }, datasets);
  }

  /** Claims an import and works on it; `done` never rejects. CONFLICT where another has it. */
  async #run(
    id: string,
    work: (task: ImportTask) => Promise<ImportResult>,
  ): Promise<{ readonly task: ImportTask; readonly done: Promise<void> }> {
    const { store, worker } = this.#options;
    const claim = { id, worker, leaseMs: this.#leaseMs };
    const record = await store.claimImport(claim);
    if (record === null) {
      throw new UserError("CONFLICT", complaint("id", "is being worked on already", id));
    }
    const task = new ImportTask(store, claim, record);
    const done = this.#toItsEnd(task, work(task)).finally(() => this.#tasks.delete(id));
    const running = { task, done };
    this.#tasks.set(id, running);
    return running;
  }

  async #toItsEnd(task: ImportTask, work: Promise<ImportResult>): Promise<void> {
    const { store, worker, onFault = () => {} } = this.#options;
    const { id } = task.record;
    const end = await work.then(succeeded, (error: unknown) => failed(task, error));
    if (typeof end === "object" && end.state === "FAILED" && end.error.code === "INTERNAL") {
      onFault({ importId: id, error: await work.catch((error: unknown) => error) });
    }
    try {
      await task.settle();
      if (end === "RELEASE") await store.releaseImport(id, worker);
      else if (end !== "LOST") await store.finishImport(id, worker, end);
    } catch (error) {
      // The lease runs out, and whoever finds the import does it again.
      onFault({ importId: id, error });
    }
  }

  async #takeOver(): Promise<void> {
    const { store, worker } = this.#options;
    for (const { id, request } of await store.lostImports()) {
      if (this.#closed || this.#tasks.has(id)) continue;
      if (request.origin.kind === "UPLOAD") {
        const claimed = await store.claimImport({ id, worker, leaseMs: this.#leaseMs });
        const end = { state: "FAILED", error: INTERRUPTED } as const;
        if (claimed !== null) await store.finishImport(id, worker, end);
      } else {
        await this.#begin(id).catch((error: unknown) => {
          // Another process was faster.
          if (!(error instanceof UserError)) throw error;
        });
      }
    }
  }
}

/** This process stops; the import does not have to. */
class Closing extends Error {}

function succeeded({ dataset, created, rejected }: ImportResult): ImportEnd {
  return { state: "SUCCEEDED", datasetHash: dataset.hash, created, rejected };
}

function failed(task: ImportTask, error: unknown): ImportEnd | "RELEASE" | "LOST" {
  const reason = task.signal.aborted ? task.signal.reason : error;
  if (reason instanceof ImportLost) return "LOST";
  if (reason instanceof ImportCancelled) return { state: "CANCELLED" };
  if (reason instanceof Closing) {
    const upload = task.record.request.origin.kind === "UPLOAD";
    return upload ? { state: "FAILED", error: INTERRUPTED } : "RELEASE";
  }
  return { state: "FAILED", error: faultOf(reason) };
}

function faultOf(error: unknown): { readonly code: string; readonly message: string } {
  if (error instanceof UserError) return { code: error.code, message: saidOf(error) };
  if (error instanceof ExchangeFault) return { code: "EXCHANGE", message: error.message };
  if (error instanceof Error && "code" in error && error.code === "ECONNRESET") return INTERRUPTED;
  return { code: "INTERNAL", message: "an unexpected fault; the log has the details" };
}

/** The message is all that is kept of a mistake, so it says value and bound as well. */
function saidOf({ complaints }: UserError): string {
  const said = complaints.map(({ path, message, value, bound }) => {
    const got = value === null ? "" : `got ${value}`;
    const expected = bound === null ? "" : `expected ${bound}`;
    const details = [got, expected].filter((text) => text !== "").join(", ");
    return `${path}: ${message}${details === "" ? "" : ` (${details})`}`;
  });
  return said.join("; ");
}

function notFound(id: string): UserError {
  return new UserError("NOT_FOUND", complaint("id", "there is no such import", id));
}
