import {
  AdmissionControl,
  type AdmissionOptions,
  type AdmissionSettings,
  type LedPool,
} from "./admission-control.ts";
import { openControlGroup } from "./control-group.ts";
import type { Durations } from "./durations.ts";
import { Monitor } from "./monitor.ts";
import { EventLoopWatch } from "./sensors/event-loop.ts";
import { coresOf } from "./sensors/load.ts";
import { createSensors } from "./sensors/registry.ts";
import { type ThreadMemory, VitalSigns, type Vitals } from "./vitals.ts";

export interface AdmissionParts {
  readonly settings: AdmissionSettings & { readonly everyMs: number };
  readonly pool: LedPool & { threadMemory(): readonly ThreadMemory[] };
  readonly urgentFrom: AdmissionOptions["urgentFrom"];
  readonly databaseWaits: Durations;
  readonly queries: Durations;
  /** Memory of the embedded database. */
  readonly databaseBytes: () => number | null;
  readonly onChange?: AdmissionOptions["onChange"];
}

/** Admission control of a process, at work until it is closed. */
export interface OpenAdmission {
  readonly control: AdmissionControl;
  vitals(): Vitals;
  close(): void;
}

/** Watches this process, its control group and machine, and leads the pool from now on. */
export function openAdmission(parts: AdmissionParts): OpenAdmission {
  const { settings, pool, urgentFrom, databaseWaits, queries, databaseBytes, onChange } = parts;
  const group = openControlGroup();
  const eventLoop = new EventLoopWatch();
  const control = new AdmissionControl({
    ...{ settings, pool, urgentFrom },
    ...{ now: () => performance.now(), catchUp: () => monitor.catchUp() },
    sharedThreads: sharedThreads(pool.size, group.cores(), coresOf(group)),
    ...(onChange === undefined ? {} : { onChange }),
  });
  const monitor = new Monitor(createSensors({ group, eventLoop, databaseWaits, queries }), {
    everyMs: settings.everyMs,
    onLook: ({ readings, missed }) => control.observe(readings, missed),
  });
  const threads = () => pool.threadMemory();
  const signs = new VitalSigns({ group, eventLoop, queries, threads, databaseBytes });
  return { control, vitals: () => signs.read(), close: () => monitor.close() };
}

/**
 * Where threads can be made nicer than the process nothing has to stand idle for it. A quota stops
 * all of a process once it is used up, whoever used it, and elsewhere threads cannot be nicer: a
 * core is left there.
 */
function sharedThreads(threads: number, quota: number | null, cores: number): number {
  if (process.platform === "linux" && quota === null) return threads;
  return Math.max(1, Math.min(threads, Math.floor(cores) - 1));
}
