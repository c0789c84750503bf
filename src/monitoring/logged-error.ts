import { databaseFaultOf } from "../store/database-fault.ts";

/**
 * An error as the log has it. Of the database: what it said, its SQLSTATE and the name of the
 * statement, without the statement's values. Of anything else: what and where, and because of what.
 */
export function loggedError(error: unknown): object {
  if (!(error instanceof Error)) return { message: String(error) };
  const type = error.name;
  const fault = databaseFaultOf(error);
  if (fault !== null) return { type, ...present({ ...fault }) };
  const { message, stack, cause } = error;
  const code = "code" in error && typeof error.code === "string" ? error.code : null;
  const because = cause === undefined ? null : loggedError(cause);
  return { type, message, ...present({ code, stack: stack ?? null, cause: because }) };
}

function present(fields: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
}
