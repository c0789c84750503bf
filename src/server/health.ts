import type { ServerResponse } from "node:http";
import type { ServerServices } from "./server-options.ts";

/** What the answers are made of. */
export type HealthServices = Pick<ServerServices, "store" | "pool" | "admission">;

const DATABASE_TIMEOUT_MS = 2_000;

interface Check {
  readonly ok: boolean;
  readonly detail: string;
}

/** Live: the process answers. */
export function answerLive(response: ServerResponse): void {
  answer(response, 200, { status: "live" });
}

/**
 * Ready: the database answers and is of this version, threads are there, and the server is not
 * about to go.
 */
export async function answerReady(
  response: ServerResponse,
  services: HealthServices,
  draining: boolean,
): Promise<void> {
  const checks = {
    database: await databaseCheck(services),
    migrations: await migrationsCheck(services),
    pool: poolCheck(services),
    admission: admissionCheck(services),
    server: { ok: !draining, detail: draining ? "draining" : "accepting" },
  };
  const ready = Object.values(checks).every((check) => check.ok);
  answer(response, ready ? 200 : 503, { status: ready ? "ready" : "not ready", checks });
}

async function databaseCheck({ store }: HealthServices): Promise<Check> {
  const answered = store.countRuns().then(() => ({ ok: true, detail: store.backend }));
  return inTime(answered, "the database fails");
}

/** A database may be older than the process: restored from a dump, for one. */
async function migrationsCheck({ store }: HealthServices): Promise<Check> {
  const compared = store.missingMigrations().then((missing) => ({
    ok: missing.length === 0,
    detail: missing.length === 0 ? "up to date" : `missing: ${missing.join(", ")}`,
  }));
  return inTime(compared, "not known");
}

async function inTime(check: Promise<Check>, failed: string): Promise<Check> {
  const { promise, resolve } = Promise.withResolvers<Check>();
  const late = { ok: false, detail: `no answer within ${DATABASE_TIMEOUT_MS} ms` };
  const timer = setTimeout(() => resolve(late), DATABASE_TIMEOUT_MS);
  const answered = check.catch(() => ({ ok: false, detail: failed }));
  try {
    return await Promise.race([answered, promise]);
  } finally {
    clearTimeout(timer);
  }
}

function poolCheck({ pool }: HealthServices): Check {
  const { size, alive } = pool.stats();
  const missing = alive < size ? `, ${size - alive} of ${size} cannot be started` : "";
  return { ok: alive > 0, detail: `${alive} threads${missing}` };
}

/**
 * A process whose breaker is open still answers every query and works on its runs: whoever spreads
 * requests must not take it out for that, or the others are the next.
 */
function admissionCheck({ admission }: HealthServices): Check {
  return { ok: true, detail: `breaker ${admission.control.breaker().state}` };
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" });
  response.end(JSON.stringify(body));
}
