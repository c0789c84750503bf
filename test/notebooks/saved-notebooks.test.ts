import { globSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { runNotebook } from "../../scripts/notebooks/run-notebook.ts";
import { SHORT_LIVED } from "../support/short-lived.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const files = globSync("notebooks/**/*.ipynb", { cwd: root }).sort();

/** What scores millions of variants is worth compiling well. */
const isLong = (file: string) => /03-scale|04-memory/.test(file);

describe("saved notebooks", () => {
  it("are there", () => {
    const names = ["notebooks/01-determinism.ipynb", "notebooks/02-golden.ipynb"];
    expect(files).toEqual(expect.arrayContaining(names));
  });

  it.each(files)("%s passes and gives its saved outputs again", (file) =>
    runNotebook(root + file, {
      ...{ check: true, timeoutMs: 500_000 },
      flags: isLong(file) ? [] : SHORT_LIVED,
    }));
});
