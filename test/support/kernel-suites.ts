import { describe, it } from "vitest";
import type { KernelName } from "../../src/kernels/choose-kernels.ts";
import { kernelsBuilt } from "../../src/kernels/kernel-module.ts";

/**
 * A suite over both backends of the hot loops; WASM is skipped, loudly, where it has not been
 * built.
 */
export function describeEachKernel(title: string, body: (kernels: KernelName) => void): void {
  describe(`${title} (reference kernels)`, () => body("reference"));
  if (kernelsBuilt()) {
    describe(`${title} (WASM kernels)`, () => body("wasm"));
    return;
  }
  it(`${title} (WASM kernels)`, (context) => {
    context.skip("the WASM kernels are not built: npm run kernels");
  });
}
