import { readFile } from "node:fs/promises";
import { splitMerges } from "./split-merges.ts";

/** Of PostgreSQL's parser: nothing else in the engine has more than 379. */
const SPLIT = { crowd: 1_000, group: 48 };

/**
 * The embedded database's engine, compiled function by function as they are called. Whoever opens
 * another one while somebody holds it takes over what V8 has compiled.
 */
export async function engineModule(): Promise<WebAssembly.Module> {
  const file = new URL("pglite.wasm", import.meta.resolve("@electric-sql/pglite"));
  return await WebAssembly.compile(splitMerges(await readFile(file), SPLIT));
}
