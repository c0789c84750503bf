import type { BackendFactory } from "../core/stages/backend.ts";
import { ReferenceBackend } from "../core/stages/reference-backend.ts";
import { kernelsBuilt } from "./kernel-module.ts";
import { WasmBackend } from "./wasm-backend.ts";

/** What runs the hot loops: chosen once when a process starts, recorded with each of its runs. */
export type KernelName = "wasm" | "reference";
export const KERNEL_SETTINGS = ["auto", "wasm", "reference"] as const;

/** `auto` takes WASM where it has been built. Throws where `wasm` is asked for and is not there. */
export function chooseKernels(setting: (typeof KERNEL_SETTINGS)[number]): KernelName {
  if (setting === "reference") return "reference";
  if (kernelsBuilt()) return "wasm";
  if (setting === "auto") return "reference";
  throw new Error("the WASM kernels are not built: npm run kernels");
}

export function backendFactory(kernels: KernelName): BackendFactory {
  return kernels === "wasm"
    ? (rules, market) => new WasmBackend(rules, market)
    : (rules, market) => new ReferenceBackend(rules, market);
}
