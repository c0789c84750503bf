import { createHash, randomBytes } from "node:crypto";
import { cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";

const ROOT = join(import.meta.dirname, "../..");

/** What the files of a fresh embedded database depend on. */
const MAKERS = ["@electric-sql/pglite", "pg-boss"];

/**
 * Where `npm ci` lays a migrated, empty data directory. Making one takes seconds of a core, copying
 * it a fraction. Its name holds a hash of the migrations and packages that made it, so one that is
 * out of date is never taken.
 */
export function templateFolder(): string {
  return join(ROOT, "build", `database-${templateKey()}`);
}

/**
 * Brings a new data directory about, whole or not at all: it is made beside its place and then
 * renamed, so a process that dies meanwhile leaves none that is half made. The caller holds the
 * directory's lock. `make` initialises the folder it is given.
 */
export async function layOutDataDir(
  dataDir: string,
  make: (folder: string) => Promise<void>,
): Promise<void> {
  if (existsSync(dataDir) && readdirSync(dataDir).length > 0) return;
  const place = resolve(dataDir);
  removeDrafts(place);
  const draft = `${place}.draft-${randomBytes(4).toString("hex")}`;
  const template = templateFolder();
  if (existsSync(template)) cpSync(template, draft, { recursive: true });
  else await make(draft);
  renameSync(draft, place);
}

/** Of processes that died over it. */
function removeDrafts(place: string): void {
  const prefix = `${basename(place)}.draft-`;
  for (const name of readdirSync(dirname(place))) {
    if (name.startsWith(prefix)) rmSync(join(dirname(place), name), { recursive: true });
  }
}

function templateKey(): string {
  const hash = createHash("sha256");
  const migrations = join(ROOT, "drizzle");
  for (const name of readdirSync(migrations).sort()) {
    hash.update(name).update(readFileSync(join(migrations, name, "migration.sql")));
  }
  const { dependencies } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  for (const name of MAKERS) hash.update(`${name} ${dependencies[name]}`);
  return hash.digest("hex").slice(0, 16);
}
