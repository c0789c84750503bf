import { execFileSync } from "node:child_process";
import { globSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { buildSchema } from "graphql";
import { clientCode } from "./client/client-code.ts";

/**
 * Writes a typed constant beside every `*.graphql` operation of a folder; with --check it only
 * compares, and exits 1 when one is out of date. Without arguments: the operations of src/client.
 */
const root = join(import.meta.dirname, "..");
const { values } = parseArgs({
  options: {
    folder: { type: "string", default: join(root, "src/client/operations") },
    check: { type: "boolean", default: false },
  },
});
const folder = resolve(values.folder);
const schema = buildSchema(readFileSync(join(root, "schema.graphql"), "utf8"));
const sources = globSync("*.graphql", { cwd: folder })
  .sort()
  .map((file) => ({
    name: basename(file, ".graphql"),
    text: readFileSync(join(folder, file), "utf8"),
  }));

let stale = 0;
for (const [name, code] of clientCode(schema, sources)) {
  const file = join(folder, name);
  const text = formatted(code);
  if (!values.check) writeFileSync(file, text);
  else if (text !== readOrNothing(file)) {
    console.log(`${file} differs: npm run client`);
    stale++;
  }
}
if (stale > 0) process.exitCode = 1;

/** As the linter wants it, so that generated and written code look alike. */
function formatted(code: string): string {
  const biome = join(root, "node_modules/@biomejs/biome/bin/biome");
  const args = [biome, "check", "--write", "--stdin-file-path=src/client/operations/x.ts"];
  return execFileSync(process.execPath, args, { cwd: root, input: code, encoding: "utf8" });
}

function readOrNothing(file: string): string | null {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return null;
  }
}
