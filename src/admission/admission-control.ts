import { complaint, UserError } from "../core/user-error.ts";
import {
  type Admission,
  Breaker,
  type BreakerOverride,
  type BreakerSettings,
  type BreakerStatus,
  type ProbeEnd,
  type Reason,
} from "./breaker.ts";
import { type ExecutionMode, Governor, type Rein } from "./governor.ts";
import { type Level, levelOf, type Readings, SENSOR_NAMES, type SensorName } from "./reading.ts";

export interface AdmissionSettings extends BreakerSettings {
  readonly mode: ExecutionMode;
  readonly override: BreakerOverride;
}

/** A pool's threads, as far as they are led. */
export interface LedPool {
  readonly size: number;
  readonly reins: {
    allow(threads: number, urgent: { readonly from: number; readonly threads: number }): void;
    makeNice(nice: number): void;
  };
}

export interface AdmissionOptions {
  readonly settings: AdmissionSettings;
  readonly pool: LedPool;
  /** Threads that leave the API a core's worth. */
  readonly sharedThreads: number;
  /** Orders of the pool that are as urgent as this do not yield to the API. */
  readonly urgentFrom: number;
  /** Milliseconds, steady. */
  readonly now: () => number;
  /** Observes now, where a look is late: asked before a run is let in. */
  readonly catchUp?: () => void;
  /** The breaker opened, closed, or lets a probe through. */
  readonly onChange?: (status: BreakerStatus) => void;
}

/** A run that may begin. Tell how it ended, once: the breaker may wait for it. */
export interface Pass {
  readonly isProbe: boolean;
  settle(end: ProbeEnd): void;
}

/** A sensor with its latest reading, and how that stands to its lines. */
export interface SensorState {
  readonly name: SensorName;
  readonly value: number | null;
  readonly level: Level;
  readonly recover: number;
  readonly warn: number;
  readonly open: number | null;
}

/** Lets runs begin or not, and leads the threads of the pool, by what the monitor reads. */
export class AdmissionControl {
  readonly #options: AdmissionOptions;
  readonly #breaker: Breaker;
  readonly #governor: Governor;
  #mode: ExecutionMode;
  #readings: Readings | null = null;
  #rein: Rein;
  #told: BreakerStatus["state"];

  constructor(options: AdmissionOptions) {
    const { settings, pool, sharedThreads, now } = options;
    this.#options = options;
    this.#mode = settings.mode;
    this.#breaker = new Breaker(settings, now());
    this.#breaker.override(now(), settings.override);
    const { lines } = settings;
    this.#governor = new Governor({ lines, threads: pool.size, sharedThreads });
    this.#rein = { allowed: pool.size, urgent: pool.size, nice: 0 };
    this.#told = this.#breaker.state;
  }

  get mode(): ExecutionMode {
    return this.#mode;
  }

  get allowed(): number {
    return this.#rein.allowed;
  }

  breaker(): BreakerStatus {
    return this.#breaker.status();
  }

  sensors(): readonly SensorState[] {
    const { lines } = this.#options.settings;
    return SENSOR_NAMES.map((name) => {
      const value = this.#readings?.[name] ?? null;
      return { name, value, level: levelOf(value, lines[name]), ...lines[name] };
    });
  }

  /**
   * `missed`: looks that the event loop did not come to. True where a sensor is over the line at
   * which no run begins: whoever looks does so more often until that is decided.
   */
  observe(readings: Readings, missed = 0): boolean {
    const { now, pool, urgentFrom } = this.#options;
    this.#readings = readings;
    this.#breaker.observe(now(), readings, missed);
    const rein = this.#governor.rein(now(), this.#mode, readings, this.#breaker.state);
    if (rein.allowed !== this.#rein.allowed || rein.urgent !== this.#rein.urgent) {
      pool.reins.allow(rein.allowed, { from: urgentFrom, threads: rein.urgent });
    }
    this.#rein = rein;
    pool.reins.makeNice(rein.nice);
    this.#tell();
    return this.#breaker.isSuspicious;
  }

  /** From the next reading on. */
  setMode(mode: ExecutionMode): void {
    this.#mode = mode;
  }

  override(override: BreakerOverride): void {
    this.#breaker.override(this.#options.now(), override);
    this.#tell();
  }

  /** Asked before every run. UserError SERVICE_OVERLOADED while none may begin. */
  admit(): Pass {
    const { now, catchUp } = this.#options;
    catchUp?.();
    const admission = this.#breaker.admit(now());
    if (!admission.admitted) throw overloaded(admission, this.#breaker.status().override);
    const { probe } = admission;
    return {
      isProbe: probe !== null,
      settle: (end) => {
        this.#breaker.settle(now(), probe, end);
        this.#tell();
      },
    };
  }

  #tell(): void {
    const status = this.#breaker.status();
    if (status.state === this.#told) return;
    this.#told = status.state;
    this.#options.onChange?.(status);
  }
}

function overloaded(
  { retryAfterMs, reasons }: Exclude<Admission, { admitted: true }>,
  override: BreakerOverride,
): UserError {
  const found = reasons.map((reason) =>
    complaint("", reasonText(reason), reason.value, `below ${reason.line}`),
  );
  const held = complaint(
    "",
    override === "OPEN"
      ? "an operator holds the breaker open: no run begins until it is let go"
      : "one run is being tried after too much load: others begin when it goes well",
  );
  return new UserError("SERVICE_OVERLOADED", found.length === 0 ? held : found, { retryAfterMs });
}

/** A reason in words. */
export function reasonText({ sensor, value, line }: Reason): string {
  return `${sensor} is ${Math.round(value * 10) / 10}, and from ${line} on no run begins`;
}
