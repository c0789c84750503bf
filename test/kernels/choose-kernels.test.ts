import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, it } from "vitest";
import { chooseKernels } from "../../src/kernels/choose-kernels.ts";
import { kernelsBuilt } from "../../src/kernels/kernel-module.ts";

const KERNELS = join(import.meta.dirname, "../../src/kernels");

it("takes what is asked for, and by itself WASM where it has been built", (context) => {
  expect(chooseKernels("reference")).toBe("reference");
  if (!kernelsBuilt()) context.skip("the WASM kernels are not built: npm run kernels");
  expect(chooseKernels("auto")).toBe("wasm");
  expect(chooseKernels("wasm")).toBe("wasm");
});

it("where nothing has been built takes the readable ones, but never in place of WASM", async () => {
  const folder = mkdtempSync(join(tmpdir(), "sweepline-kernels-"));
  try {
    const there = join(folder, "src/kernels");
    mkdirSync(there, { recursive: true });
    for (const file of ["choose-kernels.ts", "kernel-module.ts"]) {
      copyFileSync(join(KERNELS, file), join(there, file));
    }
    const unbuilt = await import(pathToFileURL(join(there, "choose-kernels.ts")).href);
    expect(unbuilt.chooseKernels("auto")).toBe("reference");
    expect(unbuilt.chooseKernels("reference")).toBe("reference");
    expect(() => unbuilt.chooseKernels("wasm")).toThrow("npm run kernels");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
