import type { BackendFactory } from "../core/stages/backend.ts";
import { ReferenceBackend } from "../core/stages/reference-backend.ts";
import type { KernelName } from "./choose-kernels.ts";
import { WasmBackend } from "./wasm-backend.ts";

/** Apart from the choice, which processes make that score nothing themselves. */
export function backendFactory(kernels: KernelName): BackendFactory {
  return kernels === "wasm"
    ? (rules, market) => new WasmBackend(rules, market)
    : (rules, market) => new ReferenceBackend(rules, market);
}
