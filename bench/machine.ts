import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus, loadavg, totalmem } from "node:os";
import { fileURLToPath } from "node:url";

/** Where and when numbers were measured, and on which state of the code. */
export interface Circumstances {
  readonly at: string;
  readonly commit: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly node: string;
  /** Mean of runnable processes over the last minute, before the benchmark began. */
  readonly load: number;
}

export const RESULTS = new URL("results/", import.meta.url);

export function circumstances(): Circumstances {
  const git = (...words: string[]) =>
    execFileSync("git", words, { encoding: "utf8", cwd: fileURLToPath(import.meta.resolve("./")) });
  return {
    at: new Date().toISOString(),
    commit: git("rev-parse", "--short", "HEAD").trim(),
    cpu: cpus()[0]?.model ?? "unknown",
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    load: loadavg()[0],
  };
}

/** Writes results as JSON; returns where. */
export function saveResults(name: string, where: Circumstances, results: unknown): string {
  mkdirSync(RESULTS, { recursive: true });
  const file = fileURLToPath(new URL(`${name}-${where.at.replaceAll(":", "-")}.json`, RESULTS));
  writeFileSync(file, `${JSON.stringify({ ...where, results }, null, 2)}\n`);
  return file;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}
