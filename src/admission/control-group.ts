import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** What a container or service manager lets this process have; null where it sets no limit. */
export interface ControlGroup {
  /** Of the group with the tightest limit. Used is what cannot be taken back at once. */
  memory(): { readonly usedBytes: number; readonly limitBytes: number } | null;
  /** Cores' worth of time; may be a fraction. */
  cores(): number | null;
}

/** Files of one version of control groups. */
interface Dialect {
  readonly usage: string;
  readonly limit: string;
  readonly reclaimable: RegExp;
  readonly cores: (folder: string) => number | null;
}

/** A limit of so much is none: version 1 says it with the largest number there is. */
const NO_LIMIT_BYTES = 2 ** 60;

const SECOND: Dialect = {
  usage: "memory.current",
  limit: "memory.max",
  reclaimable: /^inactive_file (\d+)/m,
  cores: (folder) => {
    const [quota, period] = (read(folder, "cpu.max") ?? "").split(" ").map(Number);
    return quota > 0 && period > 0 ? quota / period : null;
  },
};
const FIRST: Dialect = {
  usage: "memory.usage_in_bytes",
  limit: "memory.limit_in_bytes",
  reclaimable: /^total_inactive_file (\d+)/m,
  cores: (folder) => {
    const quota = Number(read(folder, "cpu.cfs_quota_us") ?? Number.NaN);
    const period = Number(read(folder, "cpu.cfs_period_us") ?? Number.NaN);
    return quota > 0 && period > 0 ? quota / period : null;
  },
};

/** The group of this process, and those above it; `root` stands for `/`. */
export function openControlGroup(root = "/"): ControlGroup {
  const listed = read(root, "proc/self/cgroup") ?? "";
  const mount = join(root, "sys/fs/cgroup");
  const folders = (controller: string): { dialect: Dialect; folders: string[] } => {
    const first = new RegExp(`^\\d+:(?:[^:]*,)?${controller}(?:,[^:]*)?:(.*)$`, "m").exec(listed);
    if (first !== null) return { dialect: FIRST, folders: upTo(join(mount, controller), first[1]) };
    const second = /^0::(.*)$/m.exec(listed);
    return { dialect: SECOND, folders: second === null ? [] : upTo(mount, second[1]) };
  };
  const memory = folders("memory");
  const limited = memory.folders
    .map((folder) => ({ folder, limitBytes: limitOf(folder, memory.dialect) }))
    .filter(({ limitBytes }) => limitBytes !== null)
    .sort((a, b) => a.limitBytes! - b.limitBytes!)
    .at(0);
  const cpu = folders("cpu");
  return {
    memory: () => (limited === undefined ? null : memoryOf(limited.folder, memory.dialect)),
    cores: () => {
      const quotas = cpu.folders.map(cpu.dialect.cores).filter((cores) => cores !== null);
      return quotas.length === 0 ? null : Math.min(...quotas);
    },
  };
}

/** From the group itself to the mount. A container may see the mount as its own group only. */
function upTo(mount: string, path: string): string[] {
  const folders: string[] = [];
  for (let folder = join(mount, path); folder.length > mount.length; folder = dirname(folder)) {
    folders.push(folder);
  }
  return [...folders, mount];
}

function memoryOf(folder: string, dialect: Dialect) {
  const limitBytes = limitOf(folder, dialect);
  const usage = Number(read(folder, dialect.usage) ?? Number.NaN);
  if (limitBytes === null || !Number.isFinite(usage)) return null;
  const stat = read(folder, "memory.stat") ?? "";
  const reclaimable = Number(dialect.reclaimable.exec(stat)?.[1] ?? 0);
  return { usedBytes: Math.max(0, usage - reclaimable), limitBytes };
}

function limitOf(folder: string, { limit }: Dialect): number | null {
  const text = read(folder, limit);
  const bytes = text === null ? Number.NaN : Number(text);
  return Number.isFinite(bytes) && bytes < NO_LIMIT_BYTES ? bytes : null;
}

function read(folder: string, file: string): string | null {
  try {
    return readFileSync(join(folder, file), "utf8").trim();
  } catch {
    // Another system, another version, or a container that hides it.
    return null;
  }
}
