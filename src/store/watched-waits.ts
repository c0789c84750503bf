import pg from "pg";

/** Called when a statement begins to wait for a connection; what it answers with, at its end. */
export type WatchWait = () => () => void;

/** A pool whose users are watched while they wait for one of its connections. */
export class WatchedPool extends pg.Pool {
  readonly #watch: WatchWait;

  constructor(config: pg.PoolConfig, watch: WatchWait) {
    super(config);
    this.#watch = watch;
  }

  override connect(): Promise<pg.PoolClient>;
  override connect(done: Connected): void;
  override connect(done?: Connected): Promise<pg.PoolClient> | undefined {
    const waited = this.#watch();
    if (done === undefined) return super.connect().finally(waited);
    super.connect((...answer) => {
      waited();
      done(...answer);
    });
  }
}

type Connected = (
  error: Error | undefined,
  client: pg.PoolClient | undefined,
  done: (release?: boolean | Error) => void,
) => void;
