import type { Logger } from "pino";
import { openControlGroup } from "./admission/control-group.ts";
import { Durations } from "./admission/durations.ts";
import { type OpenAdmission, openAdmission } from "./admission/open-admission.ts";
import { memoryUse } from "./admission/sensors/memory.ts";
import type { ServiceConfig } from "./config.ts";
import { type Guards, withinMemory } from "./plan/guards.ts";
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

/** What the embedded database adds to an idle process: measured. */
const EMBEDDED_BYTES = 256 * 2 ** 20;

/**
 * The guards of the settings, bounded by what this process can have: of its container, else of the
 * machine. Memory budgets are without the database.
 */
export function guardsOf(config: ServiceConfig, group = openControlGroup()): Guards {
  const { limitBytes } = memoryUse(group);
  const databaseBytes = config.databaseUrl === null ? EMBEDDED_BYTES : 0;
  return withinMemory(config.guards, limitBytes - databaseBytes);
}
