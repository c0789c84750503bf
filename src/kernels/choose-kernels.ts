import { kernelsBuilt } from "./kernel-module.ts";

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
