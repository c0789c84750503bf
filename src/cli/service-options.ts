import { type Command, InvalidArgumentError, Option } from "commander";
import { loadConfig, type ServiceConfig, type SettingsInput } from "../config.ts";

/** Options that every command which opens the database has. */
export interface ServiceOptions {
  readonly config?: string;
  readonly dataDir?: string;
  readonly databaseUrl?: string;
  readonly logLevel?: string;
  readonly workers?: number;
  readonly host?: string;
  readonly port?: number;
  readonly workerPort?: number;
}

export function addDatabaseOptions(command: Command): Command {
  return command
    .option("--config <file>", "settings over configs/service.yaml (env SWEEPLINE_CONFIG)")
    .option("--data-dir <folder>", "where the embedded database lives (default .sweepline)")
    .option("--database-url <url>", "PostgreSQL instead of the embedded database")
    .option("--log-level <level>", "fatal, error, warn, info, debug, trace or silent");
}

/** A server to ask, instead of the database. */
export interface ServerChoice {
  readonly server?: string;
  readonly token?: string;
}

/** Options of commands that ask the database, or a server in its place. */
export function addServerOptions(command: Command): Command {
  return addDatabaseOptions(command)
    .option("--server <url>", "ask this server instead of opening the database")
    .option("--token <secret>", "for the server, where it needs one (env SWEEPLINE_TOKEN)");
}

export function workersOption(): Option {
  return new Option("--workers <threads>", "threads that score variants").argParser(wholeNumber);
}

/** Nobody waits for an answer of this process, and what it was started for begins. */
const ALONE = { mode: "STANDALONE", admission: { breaker: "CLOSED" } };

/**
 * `quiet`: a command that prints its own results logs warnings only, and sweeps get everything,
 * unless told otherwise.
 */
export function configOf(options: ServiceOptions, quiet = false): ServiceConfig {
  return configWith(options, quiet ? { ...ALONE, log: { level: "warn" } } : {});
}

/** Of a process that works for the servers of others. */
export function workerConfigOf(options: ServiceOptions): ServiceConfig {
  return configWith(options, ALONE);
}

function configWith(options: ServiceOptions, preferences: SettingsInput): ServiceConfig {
  const { dataDir, databaseUrl, workers, host, port, workerPort, logLevel } = options;
  const flags: SettingsInput = {
    ...present({ dataDir, databaseUrl, workers, host, port, workerPort }),
    ...(logLevel === undefined ? {} : { log: { level: logLevel } }),
  };
  return loadConfig({ file: options.config, flags, preferences });
}

/** For commander: a whole number from 1, or its own error. */
export function wholeNumber(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= 1) return value;
  throw new InvalidArgumentError("A whole number from 1 is expected.");
}

/** For commander: a whole number from 0, or its own error. */
export function wholeNumberOrZero(text: string): number {
  return text === "0" ? 0 : wholeNumber(text);
}

function present(fields: Readonly<Record<string, unknown>>): SettingsInput {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
