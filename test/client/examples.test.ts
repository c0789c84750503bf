import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it, type TestContext } from "vitest";
import { issueToken } from "../../src/access/issue-token.ts";
import { temporaryFolder } from "../cli/sweepline-process.ts";
import { TestService } from "../server/test-service.ts";

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, "../..");
const PAGE = readFileSync(join(ROOT, "docs/API.md"), "utf8").split("## Clients\n")[1]!;

/** The first block of a language below the heading, as a reader copies it. */
function example(language: string): string {
  const block = new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(PAGE)?.[1];
  if (block === undefined) throw new Error(`docs/API.md has no example in ${language}`);
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
  const { stdout } = await run(command, args, { env: environment, cwd: ROOT, timeout: 15_000 });
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

  it("are one run: the same key and the same request", async () => {
    const { totalCount } = await service.store.listRuns({ first: 1, after: null });
    expect(totalCount).toBe(1);
  });
});
