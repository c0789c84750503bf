import { sql } from "drizzle-orm";
import { type OpenStore, openStore } from "../../../src/store/open.ts";
import { Chance, type Troubles } from "./chance.ts";
import { prepareStatements } from "./prepared-statements.ts";
import { SampleScores } from "./sample.ts";
import { SimulatedQueue } from "./simulated-queue.ts";
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
      {},
      {
        random: () => source.chance.uniform(),
        newId: () => `run-${source.seed}-${source.ids++}`,
      },
    );
    prepareStatements(store.database.embedded!);
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
    const queue = new SimulatedQueue(time, chance);
    const world: World = {
      ...{ time, chance, store, queue, listeners, trace, scores: this.#scores },
      troubles: chance.troubles(),
      atDatabase: (call) => atTime(time.nowMs, call),
    };
    queue.troubles = () => world.troubles;
    store.attachJobs(queue.sink);
    return world;
  }

  /** A deletion is cheaper than new files, but its room comes back by those only. */
  async #empty(): Promise<void> {
    const { db } = this.store.database;
    const soon = this.#worlds++ % WORLDS_A_TRUNCATE !== 0;
    const deleted = soon && (await succeeds(db.execute(sql`delete from runs`)));
    if (!deleted) await db.execute(sql`truncate runs cascade`);
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

/** The embedded database asks the process what time it is: leases and waits follow this one. */
async function atTime<T>(nowMs: number, call: () => Promise<T>): Promise<T> {
  const { now } = Date;
  Date.now = () => nowMs;
  try {
    return await call();
  } finally {
    Date.now = now;
  }
}
