import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, it } from "vitest";

/**
 * Numbers of foreign origin live outside the repository; a checkout without them skips their tests,
 * loudly.
 */
const SHARED = new URL("../../../shared/", import.meta.url);

export const hasGolden = existsSync(new URL("golden/", SHARED));

/**
 * A suite over golden data. Where the folder is absent it becomes one skipped test that says what
 * was missed.
 */
export function describeGolden(title: string, cases: string, body: () => void): void {
  if (hasGolden) {
    describe(title, body);
    return;
  }
  it(`${title} (${cases})`, (context) => {
    context.skip(`${cases}: the folder ../shared/golden is absent`);
  });
}

/** Throws where the folder is there but the file is not. */
export function readSharedText(path: string): string {
  return readFileSync(new URL(path, SHARED), "utf8");
}

/** File names of a golden folder, in order; none where the folder is absent. */
export function listGolden(folder: string): string[] {
  return hasGolden ? readdirSync(new URL(`golden/${folder}/`, SHARED)).sort() : [];
}

export function readGoldenText(path: string): string {
  return readSharedText(`golden/${path}`);
}

export function readGoldenJson<T>(path: string): T {
  return JSON.parse(readGoldenText(path)) as T;
}
