import pg from "pg";
import { WatchedPool } from "../watched-waits.ts";

/**
 * A pool of the one session. A statement that failed is no reason to let go of it, as it is with
 * connections to a server; a transaction that was left open is.
 */
export class SessionPool extends WatchedPool {
  override connect(): Promise<pg.PoolClient>;
  override connect(done: Parameters<pg.Pool["connect"]>[0]): void;
  override connect(done?: Parameters<pg.Pool["connect"]>[0]): Promise<pg.PoolClient> | undefined {
    if (done === undefined) return super.connect().then(kept);
    super.connect((error, client) => {
      if (client !== undefined) kept(client);
      done(error, client, client?.release ?? (() => {}));
    });
  }
}

/** When a statement fails the driver hears of it before it hears what became of a transaction. */
function kept(client: pg.PoolClient): pg.PoolClient {
  const release = client.release.bind(client);
  client.release = (fault) => {
    if (fault instanceof pg.DatabaseError || client.getTransactionStatus() !== "I") {
      client.query("rollback").then(() => release(), release);
    } else {
      release(fault);
    }
  };
  return client;
}
