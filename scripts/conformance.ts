import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { hasGolden } from "../test/support/golden-files.ts";
import { conformancePage } from "../test/support/outside/conformance-page.ts";

/**
 * Writes docs/CONFORMANCE.md from the comparisons; with --check it only compares, and exits 1 when
 * the page is out of date. Needs the golden sets outside the repository.
 */
const file = join(import.meta.dirname, "../docs/CONFORMANCE.md");

if (!hasGolden) {
  console.error("docs/CONFORMANCE.md is left as it is: the folder ../shared/golden is absent");
  process.exitCode = 1;
} else if (process.argv.includes("--check")) {
  const upToDate = readFileSync(file, "utf8") === conformancePage();
  console.log(upToDate ? "docs/CONFORMANCE.md is up to date" : "it differs: npm run conformance");
  process.exitCode = upToDate ? 0 : 1;
} else {
  writeFileSync(file, conformancePage());
}
