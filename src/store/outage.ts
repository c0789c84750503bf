/**
 * Errors that say nothing of the statement: the database was not there, went away, or could not
 * take it just now. Names of the operating system, and SQLSTATEs.
 */
const CODES = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EPIPE",
  "ETIMEDOUT",
  // Serialization failure, deadlock, too many connections, idle in a transaction for too long.
  "40001",
  "40P01",
  "53300",
  "25P03",
  // The server is going down, has crashed, is starting up.
  "57P01",
  "57P02",
  "57P03",
]);
const CONNECTION_CLASS = "08";
/** What the driver says without a code when a connection breaks or cannot be had. */
const MESSAGES = [
  "Connection terminated",
  "connection error",
  "timeout exceeded when trying to connect",
  "timeout expired",
  "Query read timeout",
];

/**
 * Whether an error of the store is an outage: what was asked may or may not have been done, and may
 * be asked again where a repeat changes nothing.
 */
export function isOutage(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const { code, message } = cause as Error & { readonly code?: unknown };
    if (typeof code !== "string") {
      if (MESSAGES.some((text) => message.includes(text))) return true;
    } else if (CODES.has(code) || (code.length === 5 && code.startsWith(CONNECTION_CLASS))) {
      return true;
    }
  }
  return false;
}
