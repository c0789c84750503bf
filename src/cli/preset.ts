import { existsSync, globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { parse } from "yaml";
import { UserError } from "../config.ts";

const PRESETS = join(import.meta.dirname, "../../configs/runs");

/** What flags of the command line change in a preset; undefined leaves it as it is. */
export interface PresetChanges {
  readonly dataset?: string | undefined;
  readonly workers?: number | undefined;
  readonly chunkVariants?: number | undefined;
  readonly priority?: string | undefined;
  readonly deadline?: string | undefined;
  readonly timeLimitSeconds?: number | undefined;
}

/**
 * A run request from a YAML file, or from a preset of configs/runs by its name, not yet validated.
 * Throws UserError when there is no such file or it is not YAML.
 */
export function readPreset(pathOrName: string, changes: PresetChanges = {}): unknown {
  const path = presetPath(pathOrName);
  let request: unknown;
  try {
    request = parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw presetFault(pathOrName, (error as Error).message.split("\n")[0], null);
  }
  if (typeof request !== "object" || request === null || Array.isArray(request)) {
    throw presetFault(pathOrName, "must be a mapping", null);
  }
  return changed(request as Record<string, unknown>, changes);
}

/** Presets that come with Sweepline, by name. */
export function presetNames(): string[] {
  return globSync("*.yaml", { cwd: PRESETS })
    .map((file) => basename(file, ".yaml"))
    .sort();
}

function presetPath(pathOrName: string): string {
  if (existsSync(pathOrName)) return pathOrName;
  const own = join(PRESETS, `${pathOrName}.yaml`);
  if (existsSync(own)) return own;
  throw presetFault(pathOrName, "no such file or preset", presetNames().join(", "));
}

function presetFault(path: string, message: string, bound: string | null): UserError {
  return new UserError("VALIDATION", { path: "preset", message, value: path, bound });
}

function changed(request: Record<string, unknown>, changes: PresetChanges): unknown {
  const { dataset, ...ofSchedule } = changes;
  const named = Object.entries(ofSchedule).filter(([, value]) => value !== undefined);
  const schedule = {
    ...(request.schedule as object | undefined),
    ...Object.fromEntries(named),
  };
  return {
    ...request,
    ...(dataset === undefined ? {} : { dataset }),
    ...(Object.keys(schedule).length === 0 ? {} : { schedule }),
  };
}
