import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join, resolve } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { BREAKER_OVERRIDES } from "./admission/breaker.ts";
import { EXECUTION_MODES } from "./admission/governor.ts";
import type { SensorName } from "./admission/reading.ts";
import { RANKING_METRICS } from "./core/metrics/ranking-metric.ts";
import { type Complaint, complaint, UserError } from "./core/user-error.ts";
import { chooseKernels, KERNEL_SETTINGS, type KernelName } from "./kernels/choose-kernels.ts";

/**
 * Settings of the service: configs/service.yaml < a file of the user < environment < flags.
 * The one place that reads the environment. Defaults live in configs/service.yaml only.
 */

const UNITS = { B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 } as const;
const SIZE = /^(\d+(?:\.\d+)?) ?(B|KiB|MiB|GiB|TiB)$/;

/** A whole number of bytes, or text such as `5GiB`. */
const bytesFrom = (least: number) =>
  z.union([
    z.int().min(least),
    z
      .string()
      .regex(SIZE, "bytes, or a number with B, KiB, MiB, GiB or TiB")
      .transform((text) => {
        const [, amount, unit] = SIZE.exec(text)!;
        return Math.floor(Number(amount) * UNITS[unit as keyof typeof UNITS]);
      }),
  ]);
const bytes = bytesFrom(1);

/** 0 keeps nothing. The bound is what threads can address of shared memory. */
const cacheBytes = bytesFrom(0).pipe(z.int().max(64 * UNITS.GiB));

const LOG_LEVELS = ["fatal", "error", "warn", "info", "debug", "trace", "silent"] as const;

/** A thread has code and a heap before it has anything to do. */
const leastMemory = z.union([z.literal("auto"), z.int().min(128 * UNITS.MiB)]);

/** Lines of a sensor, each above the one before. */
const lines = z
  .strictObject({
    recover: z.number().positive(),
    warn: z.number().positive(),
    open: z.number().positive().nullable(),
  })
  .refine(({ recover, warn, open }) => recover < warn && (open === null || warn <= open), {
    error: "recover must be below warn, and warn not above open",
  });

const settings = z.strictObject({
  host: z.string().regex(/^[\w.:-]{1,255}$/, "an address or a name of this machine"),
  port: z.int().min(0).max(65_535),
  workerPort: z.int().min(0).max(65_535).nullable(),
  graphql: z.strictObject({
    graphiql: z.boolean(),
    corsOrigins: z.array(z.url({ protocol: /^https?$/ })),
    maxBodyBytes: bytes,
  }),
  dataDir: z.string().min(1),
  databaseUrl: z
    .string()
    .regex(/^postgres(ql)?:\/\/./, "a postgres:// or postgresql:// URL")
    .nullable(),
  workers: z.union([z.literal("auto"), z.int().min(1).max(256)]),
  workerMemoryBytes: z.union([z.literal("auto"), bytes]).pipe(leastMemory),
  kernels: z.enum(KERNEL_SETTINGS),
  mode: z.enum(EXECUTION_MODES),
  admission: z.strictObject({
    breaker: z.enum(BREAKER_OVERRIDES),
    everyMs: z.int().min(20).max(250),
    breaches: z.int().min(1).max(100),
    coolDownSeconds: z.number().positive().max(3_600),
    maxCoolDownSeconds: z.number().positive().max(86_400),
    lines: z.strictObject({
      memoryPct: lines,
      loadPerCore: lines,
      eventLoopDelayMs: lines,
      databaseWaitMs: lines,
      apiLatencyMs: lines,
    } satisfies Record<SensorName, typeof lines>),
  }),
  guards: z.strictObject({
    maxVariantsPerStage: z.int().min(1).max(1_000_000_000),
    maxBytes: bytes,
    chunkSeconds: z.number().min(0.01).max(600),
  }),
  retention: z.strictObject({
    runDays: z.number().positive().max(36_500).nullable(),
    eventDays: z.number().positive().max(36_500).nullable(),
    datasetDays: z.number().positive().max(36_500).nullable(),
    auditDays: z.number().positive().max(36_500).nullable(),
  }),
  retries: z.strictObject({
    faults: z.int().min(0).max(100),
    userErrors: z.int().min(0).max(100),
  }),
  maxQueuedRuns: z.int().min(1).max(100_000),
  priorities: z.strictObject({
    maxQueuedCritical: z.int().min(1).max(100_000),
    maxQueuedHigh: z.int().min(1).max(100_000),
    maxQueuedNormal: z.int().min(1).max(100_000),
    maxQueuedLow: z.int().min(1).max(100_000),
    maxQueuedBulk: z.int().min(1).max(100_000),
    ageingSeconds: z.number().positive().max(86_400),
  }),
  maxUnfinishedRunsOfOwner: z.int().min(1).max(100_000),
  traffic: z.strictObject({
    maxConnections: z.int().min(1).max(1_000_000),
    maxSockets: z.int().min(1).max(1_000_000),
    maxSubscriptions: z.int().min(1).max(1_000_000),
    maxOperations: z.int().min(1).max(100_000),
    maxMessageBytes: bytes,
  }),
  deadlines: z.strictObject({
    syncDeadlineSeconds: z.number().positive().max(3_600),
    drainSeconds: z.number().positive().max(600),
    leaseSeconds: z.number().min(1).max(600),
  }),
  imports: z.strictObject({
    folder: z.string().min(1).nullable(),
    maxBytes: bytes,
    maxActive: z.int().min(1).max(1_000),
    exchanges: z.record(
      z.string(),
      z.strictObject({
        baseUrl: z.url({ protocol: /^https?$/ }).optional(),
        rateLimitMs: z.number().min(0).max(60_000).optional(),
      }),
    ),
  }),
  caches: z.strictObject({
    datasetMemoryBytes: cacheBytes,
    indicatorBytes: cacheBytes,
    atomBytes: cacheBytes,
    columnBytes: cacheBytes,
    datasetDiskBytes: bytes,
  }),
  columns: z.strictObject({
    keep: z.boolean(),
    metrics: z.array(z.enum(RANKING_METRICS)),
  }),
  log: z.strictObject({ level: z.enum(LOG_LEVELS) }),
});

type Settings = z.output<typeof settings>;

/** Checked settings with `auto` resolved; paths are absolute. */
export interface ServiceConfig extends Omit<Settings, "workers" | "kernels" | "workerMemoryBytes"> {
  readonly workers: number;
  readonly workerMemoryBytes: number;
  readonly kernels: KernelName;
}

/** Any part of the settings, as written by a user. */
export type SettingsInput = { readonly [key: string]: unknown };

export interface ConfigSources {
  /** What a command prefers over configs/service.yaml; anything the user says goes before it. */
  readonly preferences?: SettingsInput;
  /** A YAML file with any part of the settings, over the defaults; SWEEPLINE_CONFIG when absent. */
  readonly file?: string | undefined;
  /** Environment variables; those of the process when absent. */
  readonly environment?: NodeJS.ProcessEnv;
  /** Flags of the command line, over everything else. Undefined values are ignored. */
  readonly flags?: SettingsInput;
}

/** Where each setting got its value from, for error messages. */
interface Layer {
  readonly origin: string;
  readonly values: SettingsInput;
}

const DEFAULTS_FILE = join(import.meta.dirname, "../configs/service.yaml");
const PREFIX = "SWEEPLINE_";
const FILE_VARIABLE = `${PREFIX}CONFIG`;
/** No setting of the service: what a client shows to a server. */
const TOKEN_VARIABLE = `${PREFIX}TOKEN`;

/** The token that a client shows to a server; null without one. */
export function serverToken(
  flag: string | undefined,
  environment: NodeJS.ProcessEnv = process.env,
): string | null {
  return flag ?? (environment[TOKEN_VARIABLE] || null);
}

/** Throws UserError with one complaint a wrong setting: path, value, bound and where it was set. */
export function loadConfig(sources: ConfigSources = {}): ServiceConfig {
  const environment = sources.environment ?? process.env;
  const layers: Layer[] = [{ origin: "configs/service.yaml", values: readYaml(DEFAULTS_FILE) }];
  layers.push({ origin: "this command", values: sources.preferences ?? {} });
  const file = sources.file ?? environment[FILE_VARIABLE];
  if (file !== undefined) layers.push({ origin: file, values: readYaml(file) });
  layers.push(...environmentLayers(environment, layers[0].values));
  layers.push({ origin: "command line", values: sources.flags ?? {} });

  const merged = layers.reduce<SettingsInput>((all, layer) => merge(all, layer.values), {});
  const checked = settings.safeParse(merged);
  if (!checked.success) {
    throw new UserError(
      "VALIDATION",
      checked.error.issues.flatMap((i) => faults(i, merged, layers)),
    );
  }
  const { workers, dataDir, workerMemoryBytes, guards } = checked.data;
  return Object.freeze({
    ...checked.data,
    dataDir: resolve(dataDir),
    workers: workers === "auto" ? availableParallelism() : workers,
    // What a run may have, one thread of it may have.
    workerMemoryBytes: workerMemoryBytes === "auto" ? guards.maxBytes : workerMemoryBytes,
    kernels: chooseKernels(checked.data.kernels),
  });
}

function readYaml(path: string): SettingsInput {
  let values: unknown;
  try {
    values = parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw new UserError("VALIDATION", complaint("config", (error as Error).message, path));
  }
  if (values === null) return {};
  if (isMapping(values)) return values;
  throw new UserError("VALIDATION", complaint("config", "must be a mapping of settings", path));
}

/** One layer a variable, so that a complaint names it. A misspelt SWEEPLINE_ variable is fatal. */
function environmentLayers(environment: NodeJS.ProcessEnv, known: SettingsInput): Layer[] {
  const paths = new Map(leaves(known).map((path) => [variableOf(path), path]));
  paths.set("DATABASE_URL", ["databaseUrl"]);
  const layers: Layer[] = [];
  for (const [name, text] of Object.entries(environment)) {
    if (text === undefined || text === "" || name === FILE_VARIABLE) continue;
    if (name === TOKEN_VARIABLE) continue;
    const path = paths.get(name);
    if (path !== undefined) {
      layers.push({ origin: name, values: nested(path, scalar(path, text)) });
    } else if (name.startsWith(PREFIX)) {
      const bound = [...paths.keys()].join(", ");
      throw new UserError("VALIDATION", {
        path: name,
        message: "unknown variable",
        value: text,
        bound,
      });
    }
  }
  return layers;
}

/** `["guards", "maxBytes"]` -> `SWEEPLINE_GUARDS_MAX_BYTES` */
function variableOf(path: readonly string[]): string {
  return PREFIX + path.map((key) => key.replace(/[A-Z]/g, "_$&").toUpperCase()).join("_");
}

/** Text stays text where a setting is text by nature; anything else is read as YAML reads it. */
function scalar(path: readonly string[], text: string): unknown {
  const isText = ["host", "dataDir", "databaseUrl", "imports.folder"].includes(path.join("."));
  return isText ? text : parse(text);
}

function leaves(values: SettingsInput, above: readonly string[] = []): string[][] {
  return Object.entries(values).flatMap(([key, value]) =>
    isMapping(value) ? leaves(value, [...above, key]) : [[...above, key]],
  );
}

function nested(path: readonly string[], value: unknown): SettingsInput {
  return path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as SettingsInput;
}

function merge(under: SettingsInput, over: SettingsInput): SettingsInput {
  const merged: Record<string, unknown> = { ...under };
  for (const [key, value] of Object.entries(over)) {
    if (value === undefined) continue;
    const below = merged[key];
    merged[key] = isMapping(below) && isMapping(value) ? merge(below, value) : value;
  }
  return merged;
}

function faults(
  issue: z.core.$ZodIssue,
  merged: SettingsInput,
  layers: readonly Layer[],
): Complaint[] {
  const path = issue.path.map(String);
  if (issue.code === "unrecognized_keys") {
    const known = Object.keys((at(layers[0].values, path) ?? {}) as SettingsInput).join(", ");
    return issue.keys.map((key) => {
      const message = `unknown setting${originOf([...path, key], layers)}`;
      return complaint([...path, key].join("."), message, at(merged, [...path, key]), known);
    });
  }
  const { message, bound } = expectation(issue);
  const value = at(merged, path);
  return [
    complaint(path.join("."), message + originOf(path, layers), withoutPassword(value), bound),
  ];
}

function withoutPassword(value: unknown): unknown {
  return typeof value === "string" ? value.replace(/(:\/\/[^/@:]*):[^/@]*@/, "$1:***@") : value;
}

/** What was expected; a union complains with all its choices. */
function expectation(issue: z.core.$ZodIssue): { message: string; bound: string } {
  switch (issue.code) {
    case "too_small":
      return { message: issue.message, bound: `${issue.inclusive ? ">=" : ">"} ${issue.minimum}` };
    case "too_big":
      return { message: issue.message, bound: `${issue.inclusive ? "<=" : "<"} ${issue.maximum}` };
    case "invalid_value":
      return { message: issue.message, bound: issue.values.join(" | ") };
    case "invalid_type":
      return { message: issue.message, bound: issue.expected };
    case "invalid_union": {
      const choices = issue.errors.flatMap((errors) => errors.map((e) => expectation(e)));
      const bounds = choices.map((choice) => choice.bound);
      return { message: "Invalid value", bound: [...new Set(bounds)].join(" | ") };
    }
    default:
      return { message: issue.message, bound: issue.message };
  }
}

function originOf(path: readonly string[], layers: readonly Layer[]): string {
  const layer = layers.findLast((candidate) => at(candidate.values, path) !== undefined);
  return layer === undefined ? "" : ` (set by ${layer.origin})`;
}

function at(values: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, key) => (isMapping(inner) ? inner[key] : undefined), values);
}

function isMapping(value: unknown): value is SettingsInput {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What loadConfig and every other boundary throws for a user mistake. */
export { UserError } from "./core/user-error.ts";
