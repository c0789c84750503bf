import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT } from "./source-files.ts";
import { TWINS } from "./twins.ts";

const read = (path: string) => readFileSync(join(ROOT, path), "utf8");
const kernels = [...read("src/kernels/assembly/index.ts").matchAll(/export \{([^}]*)\}/g)]
  .flatMap(([, names]) => names.split(","))
  .map((name) => name.trim())
  .filter((name) => name !== "")
  .sort();

describe("kernels", () => {
  it("are those that their callers know", () => {
    const [, body] = /interface KernelExports \{(.*?)^\}/ms.exec(
      read("src/kernels/kernel-module.ts"),
    )!;
    const known = [...body.matchAll(/^ {2}(\w+)\(/gm)].map(([, name]) => name);
    expect(kernels.length).toBeGreaterThan(40);
    expect(known.sort()).toEqual(kernels);
  });

  it("have a readable twin each", () => {
    expect(Object.keys(TWINS).sort()).toEqual(kernels);
    for (const [kernel, [file, name]] of Object.entries(TWINS)) {
      const declared = new RegExp(
        `^(?:export )?(?:function|class) ${name}\\b|^ {2}${name}\\(`,
        "m",
      );
      expect(read(`src/core/${file}`), `${kernel}: ${name} in core/${file}`).toMatch(declared);
    }
  });
});
