import type { ImportProgress, ImportRecord } from "../../store/import-records.ts";
import type { ImportClaim, ImportStore } from "../../store/imports.ts";

/** Least time between two progress reports. */
const REPORT_MS = 250;

/** The import is in other hands now: a lease ran out while this process was silent. */
export class ImportLost extends Error {
  constructor(id: string) {
    super(`import ${id} is not this worker's any more`);
    this.name = "ImportLost";
  }
}

/** Somebody asked for the import to end. */
export class ImportCancelled extends Error {
  constructor() {
    super("the import was cancelled");
    this.name = "ImportCancelled";
  }
}

/**
 * One import while a process works on it. Reports are coalesced, extend the lease, and carry back
 * that the import was cancelled or lost: `signal` fires then, with the reason.
 */
export class ImportTask {
  readonly record: ImportRecord;
  readonly claim: ImportClaim;
  readonly store: ImportStore;
  readonly #stop = new AbortController();
  readonly #beat: NodeJS.Timeout;
  #progress: ImportProgress = {};
  #reporting: Promise<void> | null = null;
  #lastReport = 0;

  constructor(store: ImportStore, claim: ImportClaim, record: ImportRecord) {
    this.store = store;
    this.claim = claim;
    this.record = record;
    this.#beat = setInterval(() => this.#report(), claim.leaseMs / 3);
  }

  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  stop(reason: Error): void {
    this.#stop.abort(reason);
  }

  /** Tells of progress, now or with the next report. */
  tell(progress: ImportProgress): void {
    this.#progress = { ...this.#progress, ...progress };
    if (performance.now() - this.#lastReport >= REPORT_MS) this.#report();
  }

  /** Stores fetched bars with the progress they make. Throws what the signal would. */
  async addPage(bars: readonly Float64Array[], progress: ImportProgress): Promise<void> {
    const told = { ...this.#progress, ...progress };
    this.#progress = {};
    this.#heard(await this.store.addImportPage(this.claim, bars, told));
    this.signal.throwIfAborted();
  }

  /** Tells what is left to tell, and resolves when the store has it. */
  async settle(): Promise<void> {
    clearInterval(this.#beat);
    await this.#reporting;
    if (Object.keys(this.#progress).length > 0) this.#report();
    await this.#reporting;
  }

  #report(): void {
    if (this.#reporting !== null) return;
    this.#lastReport = performance.now();
    const progress = this.#progress;
    this.#progress = {};
    this.#reporting = this.store
      .reportImport(this.claim, progress)
      // A database that is away for a moment loses a report; the lease says what that means.
      .then(
        (record) => this.#heard(record),
        () => {},
      )
      .finally(() => {
        this.#reporting = null;
      });
  }

  #heard(record: ImportRecord | null): void {
    if (record === null) this.stop(new ImportLost(this.claim.id));
    else if (record.cancelRequested) this.stop(new ImportCancelled());
  }
}
