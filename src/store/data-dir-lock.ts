import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";

/** Locks that this very process holds. */
const held = new Set<string>();

/**
 * One process at a time may open an embedded data directory: a second one would corrupt it. The
 * lock is a file beside the directory with the owner's process id and the moment it began, for ids
 * are given again: in a container the next process often has that of the last. A lock left behind
 * by a dead process is taken. Returns the release.
 */
export async function lockDataDir(dataDir: string): Promise<() => void> {
  const path = `${resolve(dataDir)}.lock`;
  mkdirSync(dirname(path), { recursive: true });
  if (!tryLock(path)) {
    const content = contentOf(path);
    const owner = Number.parseInt(content, 10);
    if (held.has(path) || isAlive(owner, content)) {
      throw new Error(
        `${dataDir} is in use by process ${owner}: an embedded database serves one process; ` +
          "stop that one, choose another data directory, or use a PostgreSQL server",
      );
    }
    removeStale(path, content);
    if (!tryLock(path)) throw new Error(`${path} was taken by another process just now`);
  }
  held.add(path);
  const release = () => {
    process.off("exit", release);
    held.delete(path);
    rmSync(path, { force: true });
  };
  process.on("exit", release);
  return release;
}

/** Creates the lock with its content in one step, so that nobody ever reads an empty one. */
function tryLock(path: string): boolean {
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, `${process.pid} ${beginningOf(process.pid)}\n`);
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

/** Takes away the lock that was read, and no other: somebody else may have replaced it since. */
function removeStale(path: string, content: string): void {
  const aside = `${path}.${process.pid}.stale`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
    throw error;
  }
  if (contentOf(aside) === content) rmSync(aside, { force: true });
  else renameSync(aside, path);
}

function contentOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw error;
  }
}

/** The process that wrote the lock, not one that has got its id since. */
function isAlive(pid: number, content: string): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  const [, ...beginning] = content.trim().split(" ");
  const now = beginningOf(pid);
  if (beginning.length > 0 && now !== UNKNOWN && beginning.join(" ") !== now) return false;
  // Of this id and this process's age is only this process, and it does not hold the lock.
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

const UNKNOWN = "?";

/** What tells two processes of the same id apart: the boot, and the tick they began at. */
function beginningOf(pid: number): string {
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The second field is the name in brackets, and may hold anything.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return `${boot} ${fields[19]}`;
  } catch {
    return UNKNOWN;
  }
}
