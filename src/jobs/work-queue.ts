import { sql } from "drizzle-orm";
import { type ConstructorOptions, type DrizzleTransactionLike, fromDrizzle, PgBoss } from "pg-boss";
import type { Connection, Database } from "../store/database.ts";
import type { JobSink, QueuePlace, WorkHint } from "../store/job-sink.ts";
import { notifyJobs } from "../store/notifications.ts";
import type { OpenStore } from "../store/open.ts";
import { PRIORITY_STEP } from "../store/priorities.ts";

/**
 * One queue for chunks and stage ends: whoever fetches gets the most urgent of either. Each engine
 * version has its own, so that a job is never fetched by a process that cannot follow it.
 */
function queueName({ engineVersion }: OpenStore): string {
  return engineVersion === null ? "sweep" : `sweep-${engineVersion}`;
}

/**
 * At most one job for the same chunk is queued, so that sending again is always safe. A job is
 * active only between its fetch and the claim of its chunk; one whose process died there blocks
 * nothing and expires, because recovery sends another. From the claim on the lease in the chunk's
 * row takes over.
 */
const QUEUE_OPTIONS = {
  policy: "short",
  expireInSeconds: 60,
  retryLimit: 0,
  deleteAfterSeconds: 60,
} as const;

const SUPERVISE_SECONDS = 60;

/**
 * Priority, place and kind of work in one number, as the queue sorts by: an integer of 32 bits. The
 * end of a stage goes before further chunks of the same run: others wait for it. Places begin anew
 * after 134 million runs, once.
 */
const PLACES = 2 ** 27;
const BAND = 2 * PLACES;
/** Above all priorities. */
const LIFTED_BAND = 5;

export interface FetchedJob {
  readonly id: string;
  readonly hint: WorkHint;
  /** Of the run when the job was sent; see priorities.ts. */
  readonly priority: number;
  /** Threads that the run asks for; null is all. */
  readonly workers: number | null;
}

/** What a process would take on beside what it has in hand. */
export interface Wanted {
  /** Work of runs above this priority only, and none that was lifted; anything when null. */
  readonly above: number | null;
  /** Runs that have all that they may have. */
  readonly exceptRuns: readonly string[];
}

type JobData = WorkHint & Pick<FetchedJob, "priority" | "workers">;

/** The queue of this process. Jobs are hints: what is really due, the store's rows say. */
export interface WorkQueue {
  /** The first job of those wanted, taken from the queue; null when there is none. */
  fetch(wanted: Wanted): Promise<FetchedJob | null>;
  /** Settles a job whose hint was followed, whatever came of it. */
  complete(jobId: string): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens the queue in the store's database and attaches it to the store, which from then on sends
 * its jobs in its own transactions. Faults of the queue's background upkeep go to `onFault`;
 * polling goes on.
 */
export async function openWorkQueue(
  store: OpenStore,
  onFault: (error: Error) => void = () => {},
): Promise<WorkQueue> {
  const boss = new PgBoss(bossOptions(store.database));
  boss.on("error", onFault);
  await boss.start();
  const queue = queueName(store);
  await boss.createQueue(queue, QUEUE_OPTIONS);
  if (store.backend === "pglite") {
    // Only this process fetches: what is queued or active is from a former one, and due work is
    // resent.
    await boss.deleteAllJobs(queue);
  }
  // Loads the queue's settings now: later, inside a transaction of the embedded database's one
  // connection, the queue could not ask for them.
  await boss.findJobs(queue, { key: "none" });
  store.attachJobs(jobSink(boss, queue));
  return {
    fetch: async ({ above, exceptRuns }) => {
      // Nothing is above the most urgent priority, and a range of none is refused.
      if (above !== null && bandOf(above) + 1 === LIFTED_BAND) return null;
      const [job] = await boss.fetch<JobData>(queue, {
        ...(above === null ? {} : bandsAbove(above)),
        ...(exceptRuns.length === 0 ? {} : { ignoreGroups: [...exceptRuns] }),
      });
      if (job === undefined) return null;
      const { priority, workers, ...hint } = job.data;
      return { id: job.id, hint: hint as WorkHint, priority, workers };
    },
    complete: async (jobId) => {
      await boss.complete(queue, jobId);
    },
    close: () => boss.stop({ graceful: false, close: true }),
  };
}

function bossOptions(database: Database): ConstructorOptions {
  const upkeep = {
    schedule: false,
    superviseIntervalSeconds: SUPERVISE_SECONDS,
    monitorIntervalSeconds: SUPERVISE_SECONDS,
  };
  if (database.embedded !== null) {
    return {
      ...upkeep,
      db: { executeSql: (text, values) => database.pool.query(text, values) },
      backend: "pglite",
      reindex: false,
      monitorVacuum: false,
    };
  }
  return {
    ...upkeep,
    connectionString: database.url!,
    max: 3,
    application_name: "sweepline jobs",
  };
}

function jobSink(boss: PgBoss, queue: string): JobSink {
  return {
    send: async (tx, hints, place) => {
      const { priority, workers } = place;
      const jobs = hints.map((hint) => ({
        data: { ...hint, priority, workers },
        priority: rankOf(place, hint.kind),
        singletonKey: place.lifted ? `${hint.runId}/lifted` : keyOf(hint),
        group: { id: hint.runId },
        ...(hint.notBefore === null ? {} : { startAfter: hint.notBefore }),
      }));
      await boss.insert(queue, jobs, { db: joining(tx), returnId: false });
      await notifyJobs(tx);
    },
    discard: (tx, runId) => remove(boss, tx, queue, { data: { runId }, queued: true }),
    forget: (tx, runId) => remove(boss, tx, queue, { data: { runId } }),
  };
}

async function remove(
  boss: PgBoss,
  tx: Connection,
  queue: string,
  which: { readonly data: { readonly runId: string }; readonly queued?: boolean },
): Promise<void> {
  const db = joining(tx);
  const found = await boss.findJobs(queue, { ...which, db });
  if (found.length === 0) return;
  const ids = found.map((job) => job.id);
  await boss.deleteJob(queue, ids, { db });
}

/**
 * The queue's statements inside the store's transaction, where it is in one.
 */
function joining(tx: Connection) {
  return fromDrizzle(tx as unknown as DrizzleTransactionLike, sql);
}

function rankOf({ priority, place, lifted }: QueuePlace, kind: WorkHint["kind"]): number {
  const band = lifted ? LIFTED_BAND : bandOf(priority);
  return band * BAND + 2 * (PLACES - 1 - (place % PLACES)) + (kind === "end" ? 1 : 0);
}

function bandOf(priority: number): number {
  return priority / PRIORITY_STEP - 1;
}

function bandsAbove(priority: number) {
  return { minPriority: (bandOf(priority) + 1) * BAND, maxPriority: LIFTED_BAND * BAND - 1 };
}

function keyOf(hint: WorkHint): string {
  return hint.kind === "chunk" ? `${hint.runId}/${hint.stage}/${hint.no}` : `${hint.runId}/end`;
}
