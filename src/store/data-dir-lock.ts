import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/**
 * One process at a time may open an embedded data directory: a second one would corrupt it. The
 * lock is a file beside the directory with the owner's process id; one left behind by a dead
 * process is taken. Returns the release.
 */
export async function lockDataDir(dataDir: string): Promise<() => void> {
  const path = `${dataDir.replace(/\/+$/, "")}.lock`;
  mkdirSync(dirname(path), { recursive: true });
  if (!tryLock(path)) {
    const owner = Number.parseInt(readFileSync(path, "utf8"), 10);
    if (isAlive(owner)) {
      throw new Error(
        `${dataDir} is in use by process ${owner}: an embedded database serves one process; ` +
          "stop that one, choose another data directory, or use a PostgreSQL server",
      );
    }
    rmSync(path, { force: true });
    if (!tryLock(path)) throw new Error(`${path} was taken by another process just now`);
  }
  const release = () => {
    process.off("exit", release);
    rmSync(path, { force: true });
  };
  process.on("exit", release);
  return release;
}

/** Creates the lock with its content in one step, so that nobody ever reads an empty one. */
function tryLock(path: string): boolean {
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, `${process.pid}\n`);
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid)) return false;
  // A lock of this very process is held by a store that is still open.
  if (pid === process.pid) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
