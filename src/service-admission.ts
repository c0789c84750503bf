import type { Logger } from "pino";
import { Durations } from "./admission/durations.ts";
import { type OpenAdmission, openAdmission } from "./admission/open-admission.ts";
import type { ServiceConfig } from "./config.ts";
import type { WorkerPool } from "./pool/pool.ts";
import type { OpenStore } from "./store/open.ts";
import { PRIORITIES } from "./store/priorities.ts";

/** What took long is remembered for so long. */
const WATCHED_MS = 2_000;

/** What the store and the server measure for admission control. */
export interface WatchedDurations {
  readonly databaseWaits: Durations;
  readonly queries: Durations;
}

export function watchDurations(): WatchedDurations {
  return { databaseWaits: new Durations(WATCHED_MS), queries: new Durations(WATCHED_MS) };
}

interface Watched extends WatchedDurations {
  readonly store: OpenStore;
  readonly pool: WorkerPool;
  readonly log: Logger;
}

/** Admission control as the settings want it. */
export function openServiceAdmission(config: ServiceConfig, watched: Watched): OpenAdmission {
  const { store, pool, log, databaseWaits, queries } = watched;
  const { mode, admission } = config;
  const { breaker: override, coolDownSeconds, maxCoolDownSeconds, ...rest } = admission;
  const coolDown = {
    coolDownMs: coolDownSeconds * 1_000,
    maxCoolDownMs: maxCoolDownSeconds * 1_000,
  };
  return openAdmission({
    settings: { ...rest, ...coolDown, mode, override },
    ...{ pool, urgentFrom: PRIORITIES.CRITICAL, databaseWaits, queries },
    databaseBytes: () => store.database.embedded?.memoryBytes ?? null,
    onChange: ({ state, reasons, trips }) =>
      log.warn({ breaker: state, reasons, trips }, `breaker ${state.toLowerCase()}`),
  });
}
