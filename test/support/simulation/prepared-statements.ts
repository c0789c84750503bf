import type pg from "pg";

type Query = (statement: string | pg.QueryConfig, ...rest: unknown[]) => unknown;

/**
 * Makes the embedded database parse and plan each statement once. What it answers is the same; a
 * simulation asks the same few statements again and again.
 */
export async function prepareStatements(pool: pg.Pool): Promise<void> {
  const names = new Map<string, string>();
  const client = await pool.connect();
  const query = client.query.bind(client) as Query;
  const prepared: Query = (statement, ...rest) => {
    const hasValues = Array.isArray(rest[0]) && rest[0].length > 0;
    if (typeof statement === "string" || !hasValues) return query(statement, ...rest);
    const name = names.get(statement.text) ?? `s${names.size}`;
    names.set(statement.text, name);
    return query({ ...statement, name }, ...rest);
  };
  Object.assign(client, { query: prepared });
  client.release();
}
