/** What may be told of an error of the database: never the values that the statement came with. */
export interface DatabaseFault {
  readonly message: string;
  /** Of the driver or the operating system, such as ECONNREFUSED; null where there is none. */
  readonly code: string | null;
  /** What PostgreSQL says went wrong; null where it did not come to that. */
  readonly sqlState: string | null;
  /** What was asked, such as `update runs` or `claim_chunks`; null where that is not known. */
  readonly statement: string | null;
}

/** Five letters and digits; names of the operating system have letters only. */
const SQLSTATE = /^(?=.*\d)[0-9A-Z]{5}$/;

interface DriverError extends Error {
  readonly code?: unknown;
  readonly query?: unknown;
}

/**
 * Of an error that a driver has thrown, with whatever was thrown because of it; null of any other.
 * Drivers hang statements and values on their errors, and write both into messages: the innermost
 * cause is what the database itself said.
 */
export function databaseFaultOf(error: unknown): DatabaseFault | null {
  let [statement, fromDriver] = [null as string | null, false];
  let innermost: DriverError | null = null;
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    innermost = cause;
    const { query } = innermost;
    if (typeof query === "string") {
      statement ??= statementName(query);
      fromDriver = true;
    }
  }
  if (innermost === null) return null;
  const code = typeof innermost.code === "string" ? innermost.code : null;
  const isState = code !== null && SQLSTATE.test(code);
  if (!fromDriver && !isState) return null;
  return {
    message: innermost.message || (code ?? innermost.name),
    code: isState ? null : code,
    sqlState: isState ? code : null,
    statement,
  };
}

/** What a statement is about, in two words: no text or number in it may be somebody's. */
function statementName(query: string): string {
  const text = query.replaceAll('"', "").trim();
  const called = /^select (\w+)\(/i.exec(text);
  if (called !== null) return called[1];
  const verb = /^\w+/.exec(text)?.[0].toLowerCase() ?? "statement";
  const table = /\b(?:into|from|update|table)\s+(?:\w+\.)?(\w+)/i.exec(text);
  return table === null ? verb : `${verb} ${table[1]}`;
}
