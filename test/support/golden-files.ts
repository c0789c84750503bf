import { existsSync, readdirSync, readFileSync } from "node:fs";

/** Numbers of foreign origin that live outside the repository; a checkout may lack them. */
const SHARED = new URL("../../../shared/", import.meta.url);

export const hasGolden = existsSync(new URL("golden/", SHARED));

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

/** Names of the candle files beside the repository, in order; none where the folder is absent. */
export function listSharedCandles(): string[] {
  const folder = new URL("data/", SHARED);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith(".csv"))
    .sort();
}
