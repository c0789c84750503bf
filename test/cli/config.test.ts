import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir, totalmem } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { openControlGroup } from "../../src/admission/control-group.ts";
import { type ConfigSources, loadConfig, type SettingsInput } from "../../src/config.ts";
import { type Complaint, UserError } from "../../src/core/user-error.ts";
import { chooseKernels, KERNEL_SETTINGS } from "../../src/kernels/choose-kernels.ts";
import { guardsOf } from "../../src/service-admission.ts";

const folder = mkdtempSync(join(tmpdir(), "sweepline-config-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(text: string): string {
  const path = join(folder, `${Math.random()}.yaml`);
  writeFileSync(path, text);
  return path;
}

function complaintsOf(sources: ConfigSources): readonly Complaint[] {
  try {
    loadConfig({ environment: {}, ...sources });
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    return (error as UserError).complaints;
  }
  return [];
}

describe("service settings", () => {
  it("come from configs/service.yaml, with auto and sizes resolved", () => {
    const config = loadConfig({ environment: {} });
    expect(config.workers).toBe(availableParallelism());
    expect(config.kernels).toBe(chooseKernels("auto"));
    expect(config.guards).toEqual({
      maxVariantsPerStage: 600_000,
      maxBytes: 5 * 2 ** 30,
      chunkSeconds: 2,
    });
    expect(config.maxQueuedRuns).toBe(100);
    const { datasetMemoryBytes, indicatorBytes, atomBytes } = config.caches;
    expect(datasetMemoryBytes + indicatorBytes + atomBytes).toBe(2 * 2 ** 30);
    expect(config.databaseUrl).toBeNull();
    expect(config.dataDir).toBe(resolve(".sweepline"));
  });

  it("are overridden by a file, then the environment, then flags", () => {
    const path = file("port: 1\nworkers: 2\nguards:\n  chunkSeconds: 3\nlog: { level: warn }\n");
    const environment = { SWEEPLINE_PORT: "5", SWEEPLINE_GUARDS_CHUNK_SECONDS: "0.5" };
    const config = loadConfig({ file: path, environment, flags: { port: 9, workers: undefined } });
    const noCache = { SWEEPLINE_CACHES_ATOM_BYTES: "0" };
    expect(loadConfig({ environment: noCache }).caches.atomBytes).toBe(0);
    expect(config.port).toBe(9);
    expect(config.workers).toBe(2);
    expect(config.guards.chunkSeconds).toBe(0.5);
    expect(config.guards.maxVariantsPerStage).toBe(600_000);
    expect(config.log.level).toBe("warn");
    const byVariable = { ...environment, SWEEPLINE_CONFIG: path };
    expect(loadConfig({ environment: byVariable })).toMatchObject({ port: 5, workers: 2 });
  });

  it("take DATABASE_URL and sizes from the environment as they are written", () => {
    const environment = {
      DATABASE_URL: "postgres://u:p@localhost:5432/db",
      SWEEPLINE_GUARDS_MAX_BYTES: "1.5 GiB",
      SWEEPLINE_DATA_DIR: "1",
      SWEEPLINE_HOST: "",
    };
    const config = loadConfig({ environment });
    expect(config.databaseUrl).toBe(environment.DATABASE_URL);
    expect(config.guards.maxBytes).toBe(1.5 * 2 ** 30);
    expect(config.dataDir).toBe(resolve("1"));
    expect(config.host).toBe("127.0.0.1");
  });

  it("refuse an unknown key wherever it stands, naming it and where it was set", () => {
    const path = file("guards:\n  maxVariants: 7\n");
    expect(complaintsOf({ file: path })).toEqual([
      {
        path: "guards.maxVariants",
        message: `unknown setting (set by ${path})`,
        value: "7",
        bound: "maxVariantsPerStage, maxBytes, chunkSeconds",
      },
    ]);
    expect(complaintsOf({ environment: { SWEEPLINE_PROT: "1" } })[0]).toMatchObject({
      path: "SWEEPLINE_PROT",
      value: "1",
    });
    expect(complaintsOf({ flags: { prot: 1 } })[0]).toMatchObject({ path: "prot" });
  });

  it.each([
    [{ port: 70_000 }, "port", "70000", "<= 65535"],
    [{ workers: 0 }, "workers", "0", ">= 1"],
    [{ workers: "many" }, "workers", "many", "auto | number"],
    [{ kernels: "gpu" }, "kernels", "gpu", KERNEL_SETTINGS.join(" | ")],
    [{ guards: { chunkSeconds: "soon" } }, "guards.chunkSeconds", "soon", "number"],
    [{ guards: { maxVariantsPerStage: 1.5 } }, "guards.maxVariantsPerStage", "1.5", "int"],
    [
      { databaseUrl: "mysql://x" },
      "databaseUrl",
      "mysql://x",
      "a postgres:// or postgresql:// URL",
    ],
    [{ caches: 5 }, "caches", "5", "object"],
    [{ caches: { atomBytes: -1 } }, "caches.atomBytes", "-1", ">= 0"],
  ])("refuse %j with path, value and bound", (flags, path, value, bound) => {
    expect(complaintsOf({ flags })).toEqual([
      { path, value, bound, message: expect.stringContaining("(set by command line)") },
    ]);
  });

  it("report every fault at once", () => {
    const environment = { SWEEPLINE_PORT: "-1", SWEEPLINE_LOG_LEVEL: "loud" };
    const paths = complaintsOf({ environment }).map((c) => c.path);
    expect(paths).toEqual(["port", "log.level"]);
  });

  it("refuse a file that is missing, broken or not a mapping", () => {
    expect(complaintsOf({ file: join(folder, "none.yaml") })[0].path).toBe("config");
    expect(complaintsOf({ file: file("a: [") })[0].path).toBe("config");
    expect(complaintsOf({ file: file("- 1") })[0].message).toContain("mapping");
  });
});

describe("guards of a container", () => {
  /** A file system whose control group may have so much memory. */
  function containerOf(memory: string) {
    const root = mkdtempSync(join(folder, "root-"));
    const group = join(root, "sys/fs/cgroup/sweepline");
    for (const path of [join(root, "proc/self"), group]) mkdirSync(path, { recursive: true });
    writeFileSync(join(root, "proc/self/cgroup"), "0::/sweepline\n");
    writeFileSync(join(group, "memory.max"), `${memory}\n`);
    writeFileSync(join(group, "memory.current"), "1000\n");
    return openControlGroup(root);
  }
  const maxBytesOf = (flags: SettingsInput, memory: string) =>
    guardsOf(loadConfig({ environment: {}, flags }), containerOf(memory)).maxBytes;
  const shared = { databaseUrl: "postgres://somewhere/else" };

  it("let no run have more than there is, less what the embedded database takes", () => {
    expect(maxBytesOf(shared, `${2 ** 30}`)).toBe(Math.floor(0.9 * 2 ** 30));
    expect(maxBytesOf({}, `${2 ** 30}`)).toBe(Math.floor(0.9 * 0.75 * 2 ** 30));
    expect(maxBytesOf({}, "1000")).toBe(0);
    const little = { ...shared, guards: { maxBytes: 1_000 } };
    expect(maxBytesOf(little, `${2 ** 30}`)).toBe(1_000);
    // Without a limit it is the machine's memory.
    const all = maxBytesOf({ ...shared, guards: { maxBytes: 2 ** 50 } }, "max");
    expect(all).toBe(Math.floor(0.9 * totalmem()));
  });
});
