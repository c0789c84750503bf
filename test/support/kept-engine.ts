import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * Vitest setup of processes that many files share: as long as somebody holds the embedded
 * database's module, whoever opens another one takes over what V8 has compiled of it, which is a
 * second of a core. Reading it compiles nothing yet.
 */
const kept = globalThis as { keptEngine?: WebAssembly.Module };

const main = fileURLToPath(import.meta.resolve("@electric-sql/pglite"));
kept.keptEngine ??= await WebAssembly.compile(readFileSync(join(dirname(main), "pglite.wasm")));
