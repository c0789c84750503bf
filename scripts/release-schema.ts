import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * For a release: what schema.graphql says now is what later changes are measured from, and nothing
 * is declared broken since.
 */
const root = join(import.meta.dirname, "..");
copyFileSync(join(root, "schema.graphql"), join(root, "schema.released.graphql"));
writeFileSync(join(root, "schema.breaks.json"), "[]\n");
