import { type SQL, sql } from "drizzle-orm";

/** When a lease given now runs out, by the database's clock: all processes share that one. */
export function leaseEnd(leaseMs: number): SQL {
  return sql`clock_timestamp() + ${leaseMs}::double precision * interval '1 millisecond'`;
}
