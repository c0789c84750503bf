import { engineModule } from "../../src/store/embedded/engine-module.ts";

/**
 * Vitest setup of processes that many files share: as long as somebody holds the embedded
 * database's module, whoever opens another one takes over what V8 has compiled of it, which is a
 * second of a core. Reading it compiles nothing yet.
 */
const kept = globalThis as { keptEngine?: WebAssembly.Module };

kept.keptEngine ??= await engineModule();
