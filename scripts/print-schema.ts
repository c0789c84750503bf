import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { lexicographicSortSchema, printSchema } from "graphql";
import { schema } from "../src/graphql/schema.ts";

/**
 * Writes schema.graphql; with --check it only compares, and exits 1 when the file is out of date.
 */
const file = join(import.meta.dirname, "../schema.graphql");
const printed = `${printSchema(lexicographicSortSchema(schema))}\n`;

if (process.argv.includes("--check")) {
  const upToDate = readFileSync(file, "utf8") === printed;
  console.log(upToDate ? "schema.graphql is up to date" : "schema.graphql differs: npm run schema");
  process.exitCode = upToDate ? 0 : 1;
} else {
  writeFileSync(file, printed);
}
