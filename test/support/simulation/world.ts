import { sql } from "drizzle-orm";
import { type OpenStore, openStore } from "../../../src/store/open.ts";
import { Chance, type Troubles } from "./chance.ts";
import { LeaseLedger } from "./lease-ledger.ts";
import type { PlantedBug } from "./planted-bugs.ts";
import { prepareStatements } from "./prepared-statements.ts";
import { SampleScores } from "./sample.ts";
import { SimulatedQueue } from "./simulated-queue.ts";
import { emptyTally, type Tally } from "./tally.ts";
import { VirtualTime } from "./virtual-time.ts";

/** What the parts of one simulated run share. */
export interface World {
  readonly time: VirtualTime;
  readonly chance: Chance;
  readonly store: OpenStore;
  readonly queue: SimulatedQueue;
  readonly scores: SampleScores;
  /** What goes wrong now; calm in the end, so that the run can end. */
  troubles: Troubles;
  /** One call of the store, to its end, with the database's clock at the time of now. */
  atDatabase<T>(call: () => Promise<T>): Promise<T>;
  /** Who wants to hear of a changed run; each hears late, twice or never. */
  readonly listeners: Set<(runId: string) => void>;
  readonly trace: (line: string) => void;
  readonly tally: Tally;
  readonly ledger: LeaseLedger;
}

export const CALM: Troubles = {
  databaseError: 0,
  lostAnswer: 0,
  slowestCallMs: 20,
  lost: 0,
  twice: 0,
  killEveryMs: Number.POSITIVE_INFINITY,
  freezeEveryMs: Number.POSITIVE_INFINITY,
  userEveryMs: Number.POSITIVE_INFINITY,
  threadDeath: 0,
  poison: null,
  chunkMs: 500,
};

const WORLDS_A_TRUNCATE = 64;

/** The database of a whole campaign: the real store on the embedded engine, in memory. */
export class SimulatedDatabase implements AsyncDisposable {
  readonly store: OpenStore;
  readonly #source: { chance: Chance; ids: number; seed: number };
  readonly #scores = new SampleScores();
  #worlds = 0;

  static async open(): Promise<SimulatedDatabase> {
    const source = { chance: new Chance(0), ids: 0, seed: 0 };
    const store = await openStore(
      { onThisThread: true },
      {
        random: () => source.chance.uniform(),
        newId: () => `run-${source.seed}-${source.ids++}`,
      },
    );
    await prepareStatements(store.database.pool);
    return new SimulatedDatabase(store, source);
  }

  constructor(store: OpenStore, source: { chance: Chance; ids: number; seed: number }) {
    this.store = store;
    this.#source = source;
  }

  /** A world without runs; everything in it follows from the seed. */
  async world(seed: number, trace: (line: string) => void): Promise<World> {
    const { store } = this;
    await this.#empty();
    const chance = new Chance(seed);
    Object.assign(this.#source, { chance, ids: 0, seed });
    const time = new VirtualTime();
    const listeners = new Set<(runId: string) => void>();
    const tally = emptyTally();
    const queue = new SimulatedQueue(time, chance, tally);
    const world: World = {
      ...{ time, chance, store, queue, listeners, trace, tally, scores: this.#scores },
      ledger: new LeaseLedger(() => time.nowMs),
      troubles: chance.troubles(),
      atDatabase: (call) => atTime(time.nowMs, call),
    };
    queue.troubles = () => world.troubles;
    store.attachJobs(queue.sink);
    return world;
  }

  /** From here on the database misbehaves, until `uproot`. */
  async plant(bug: PlantedBug): Promise<() => Promise<void>> {
    const { db } = this.store.database;
    const { table, when, body } = bug;
    await db.execute(
      sql.raw(`create function planted_bug() returns trigger language plpgsql as
      $planted$ begin ${body} end $planted$`),
    );
    // What it takes away would be refused.
    await db.execute(sql`alter table chunk_results disable trigger user`);
    // First of its table's: the others see what it has made of the row.
    await db.execute(
      sql.raw(`create trigger a_planted_bug ${when} on ${table}
      for each row execute function planted_bug()`),
    );
    return async () => {
      await db.execute(sql.raw("drop function planted_bug cascade"));
      await db.execute(sql`alter table chunk_results enable trigger user`);
    };
  }

  /** A deletion is cheaper than new files, but its room comes back by those only. */
  async #empty(): Promise<void> {
    const { db } = this.store.database;
    const soon = this.#worlds++ % WORLDS_A_TRUNCATE !== 0;
    const deleted = soon && (await succeeds(db.execute(sql`delete from runs`)));
    if (!deleted) {
      await db.transaction(async (tx) => {
        // No client may do it.
        await tx.execute(sql`set local session_replication_role = replica`);
        await tx.execute(sql`truncate runs cascade`);
      });
    }
    // Those of another world would count as alive in this one.
    await db.execute(sql`delete from workers`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.store.close();
  }
}

/** A run that has not ended lets nobody delete it. */
function succeeds(work: Promise<unknown>): Promise<boolean> {
  return work.then(
    () => true,
    () => false,
  );
}

/** A database on this thread asks it what time it is: leases and waits follow this one. */
async function atTime<T>(nowMs: number, call: () => Promise<T>): Promise<T> {
  const { now } = Date;
  Date.now = () => nowMs;
  try {
    return await call();
  } finally {
    Date.now = now;
  }
}
