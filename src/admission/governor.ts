import type { BreakerState } from "./breaker.ts";
import {
  type Level,
  levelOf,
  type Readings,
  SENSOR_NAMES,
  type SensorLines,
  type SensorName,
} from "./reading.ts";

/** How sweeps and the API share the process. */
export const EXECUTION_MODES = ["STANDALONE", "CONCURRENT", "PRIORITY_LIVE"] as const;
export type ExecutionMode = (typeof EXECUTION_MODES)[number];

export interface GovernorSettings {
  readonly lines: SensorLines;
  /** Threads of the pool. */
  readonly threads: number;
  /** Those of them that leave the API a core's worth. */
  readonly sharedThreads: number;
}

/** How hard the threads may work. */
export interface Rein {
  readonly allowed: number;
  /** Of what is urgent, which does not yield to the API. */
  readonly urgent: number;
  readonly nice: number;
}

/** Readings in a row over a warning line that cost threads; the next ones as many later. */
const WARNINGS = 2;
/** A thread more after so long without any warning. */
const RAISE_MS = 1_000;
/** Sweeps that yield to the API get a thread for this long of every so many. */
const FLOOR_MS = 200;
const FLOOR_EVERY_MS = 2_000;
/**
 * Threads that compete with the process for a core get a tenth of it, and wake up behind it; what
 * nobody else wants is theirs.
 */
const NICE = 10;
/**
 * Of threads that get everything: a third of a core's weight. The process and its database's thread
 * are what deals out their work, and wake up before them.
 */
const NICE_ALONE = 5;

/** In STANDALONE nobody is thought to wait for an answer of the API. */
const OF_THE_API: readonly SensorName[] = ["apiLatencyMs", "eventLoopDelayMs"];

/**
 * Decides how many threads may score, from the mode, the readings and the breaker. Over a warning
 * line it halves them, down to one, and gives them back one by one: that comes before any run is
 * refused. In PRIORITY_LIVE slow answers of the API stop all of them at once, but for what is
 * urgent, and for a tenth of the time of one, so that no sweep stands still for ever.
 */
export class Governor {
  readonly #settings: GovernorSettings;
  #allowed: number;
  #warnings = 0;
  #calmSinceMs: number | null = null;
  #yieldedSinceMs: number | null = null;

  constructor(settings: GovernorSettings) {
    this.#settings = settings;
    this.#allowed = settings.threads;
  }

  /** Asked at every reading. */
  rein(nowMs: number, mode: ExecutionMode, readings: Readings, breaker: BreakerState): Rein {
    const nice = mode === "STANDALONE" ? NICE_ALONE : NICE;
    const levels = this.#levels(mode, readings);
    this.#adapt(nowMs, [...levels.values()]);
    const { threads, sharedThreads } = this.#settings;
    const most = mode === "STANDALONE" ? threads : sharedThreads;
    this.#allowed = breaker === "OPEN" ? 1 : Math.min(this.#allowed, most);
    if (!this.#yields(mode, levels)) {
      this.#yieldedSinceMs = null;
      return { allowed: this.#allowed, urgent: this.#allowed, nice };
    }
    this.#yieldedSinceMs ??= nowMs;
    const intoMs = (nowMs - this.#yieldedSinceMs) % FLOOR_EVERY_MS;
    const allowed = intoMs >= FLOOR_EVERY_MS - FLOOR_MS ? 1 : 0;
    return { allowed, urgent: this.#allowed, nice };
  }

  #levels(mode: ExecutionMode, readings: Readings): Map<SensorName, Level> {
    const { lines } = this.#settings;
    const counting = SENSOR_NAMES.filter((s) => mode !== "STANDALONE" || !OF_THE_API.includes(s));
    return new Map(counting.map((sensor) => [sensor, levelOf(readings[sensor], lines[sensor])]));
  }

  #adapt(nowMs: number, levels: readonly Level[]): void {
    const { threads } = this.#settings;
    const isWarned = levels.some((level) => level === "WARN" || level === "OPEN");
    this.#warnings = isWarned ? this.#warnings + 1 : 0;
    if (this.#warnings >= WARNINGS) {
      this.#warnings = 0;
      this.#allowed = Math.max(1, Math.floor(this.#allowed / 2));
    }
    if (!levels.every((level) => level === "CALM")) {
      this.#calmSinceMs = null;
      return;
    }
    this.#calmSinceMs ??= nowMs;
    if (this.#allowed < threads && nowMs - this.#calmSinceMs >= RAISE_MS) {
      this.#allowed++;
      this.#calmSinceMs = nowMs;
    }
  }

  /** From the warning line on, until it is calm again. */
  #yields(mode: ExecutionMode, levels: ReadonlyMap<SensorName, Level>): boolean {
    if (mode !== "PRIORITY_LIVE") return false;
    const level = levels.get("apiLatencyMs")!;
    if (level === "WARN" || level === "OPEN") return true;
    return level === "BETWEEN" && this.#yieldedSinceMs !== null;
  }
}
