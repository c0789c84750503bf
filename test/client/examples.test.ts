import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it, type TestContext } from "vitest";
import { issueToken } from "../../src/access/issue-token.ts";
import { temporaryFolder } from "../cli/sweepline-process.ts";
import { post } from "../server/graphql-client.ts";
import { TestService } from "../server/test-service.ts";
import { ended } from "../support/service-under-test.ts";

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, "../..");
const PAGE = readFileSync(join(ROOT, "docs/API.md"), "utf8");

/** The first block of a language below a heading, as a reader copies it. */
function example(language: string, heading = "## Clients"): string {
  const below = PAGE.split(`${heading}\n`)[1] ?? "";
  const block = new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(below)?.[1];
  if (block === undefined) throw new Error(`${heading} has no example in ${language}`);
  return block;
}

const folder = temporaryFolder();
let service: TestService;
let environment: NodeJS.ProcessEnv;
beforeAll(async () => {
  service = await TestService.start();
  await service.datasets.importSynthetic({ name: "example", seed: 1, bars: 2_000 });
  const wish = { name: "docs", owner: "reader", scope: "run", expiresAt: null } as const;
  const { secret } = await issueToken(service.store.access, wish);
  const { PATH, HOME } = process.env;
  environment = { PATH, HOME, SWEEPLINE_URL: service.url, SWEEPLINE_TOKEN: secret };
});
afterAll(async () => {
  folder.remove();
  await service?.[Symbol.asyncDispose]();
});

async function output(command: string, args: readonly string[]): Promise<string> {
  const { stdout } = await run(command, args, { env: environment, cwd: ROOT });
  return stdout.trim();
}

async function needs(command: string, context: TestContext): Promise<void> {
  await run(command, ["--version"]).catch(() => context.skip(`${command} is not on this machine`));
}

describe("the examples of docs/API.md", () => {
  let best: number;

  it("TypeScript", async () => {
    const given = ["--input-type=module-typescript", "--eval", example("ts")];
    best = Number(await output(process.execPath, given));
    expect(best).toBeGreaterThan(-100);
  });

  it("curl", async (context) => {
    await needs("curl", context);
    const answer = JSON.parse(await output("sh", ["-c", example("sh")]));
    expect(answer.data.run.top.edges[0].node.metrics.totalReturnPct).toBe(best);
  });

  it("Python", async (context) => {
    await needs("python3", context);
    const file = join(folder.path, "example.py");
    writeFileSync(file, example("python"));
    expect(Number(await output("python3", [file]))).toBe(best);
  });

  it("about metric columns and exports, for a run that has the axes they name", async (context) => {
    const window = (start: number, stop: number) => ({ window: { start, stop, step: 1 } });
    const { run: started } = await service.runs.startRun(
      {
        dataset: "example",
        strategy: {
          indicators: {
            fast: { id: "ma.sma", params: window(3, 52) },
            slow: { id: "ma.sma", params: window(60, 159) },
          },
          signals: [{ rule: "cross", of: "fast", against: "slow" }],
        },
        risk: { stopLossPct: ["off", 2] },
        ranking: { primary: { metric: "sharpe" } },
        preselect: 20,
        schedule: { columns: ["maxDrawdownPct"] },
      },
      null,
      "reader",
    );
    await ended(service.store, started.id);
    const query = example("graphql", "## Surfaces: all variants, from the metric columns");
    const headers = { authorization: `Bearer ${environment.SWEEPLINE_TOKEN}` };
    const asked = query.replace("Run_...", `Run_${started.id}`);
    const { data, errors } = await post(
      service.url,
      asked,
      {},
      { headers: { "content-type": "application/json", ...headers } },
    );
    expect(errors).toBeUndefined();
    const { surface, marginals, distribution, neighbours, rank } = data.run;
    expect(surface).toMatchObject({ stage: "STAGE_A", complete: true });
    expect([surface.values.length, surface.values[0].length]).toEqual([100, 50]);
    expect(marginals.axes[0].points.map((p: { count: number }) => p.count)).toEqual([20, 20]);
    expect(distribution.bins).toHaveLength(20);
    expect(neighbours.rings).toHaveLength(2);
    expect(rank.edges).toHaveLength(20);

    await needs("curl", context);
    const command = example("sh", "## Exports")
      .replace("curl", `curl -sS -H "authorization: ${headers.authorization}"`)
      .replace("http://127.0.0.1:4000", new URL(service.url).origin)
      .replace("Run_...", `Run_${started.id}`);
    const file = join(folder.path, "variants.csv");
    await run("sh", ["-c", command], { cwd: folder.path });
    const whole = readFileSync(file, "utf8");
    expect(whole.trimEnd().split("\n")).toHaveLength(1 + 50 * 100);
    // A download that broke off goes on with the same command.
    writeFileSync(file, whole.slice(0, 12_345));
    await run("sh", ["-c", command], { cwd: folder.path });
    expect(readFileSync(file, "utf8")).toBe(whole);
    await service.store.deleteRun(started.id);
  });

  it("are one run: the same key and the same request", async () => {
    const { totalCount } = await service.store.listRuns({ first: 1, after: null });
    expect(totalCount).toBe(1);
  });
});
