import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PHASES } from "../../src/core/stages/phase-clock.ts";
import { chooseKernels } from "../../src/kernels/choose-kernels.ts";
import type { RunRequestInput } from "../../src/plan/request.ts";
import type { ComputePool } from "../../src/pool/task.ts";
import { isSmall } from "../../src/runner/small-run.ts";
import { POSTGRES } from "../support/databases.ts";
import {
  importSample,
  openService,
  type ServiceUnderTest,
  smallRequest,
} from "../support/service-under-test.ts";

/** Ways that a pool is asked for work. */
type Way = "runSweep" | "runChunk" | "score";

describe("a run of few variants", () => {
  let service: ServiceUnderTest;
  let drop: () => Promise<void>;
  const asked: Way[] = [];

  beforeAll(async () => {
    const made = await POSTGRES.create();
    drop = made.drop;
    service = await openService(made.location, { pool: (pool) => listening(pool, asked) });
    await importSample(service);
  });

  afterAll(async () => {
    await service?.close();
    await drop?.();
  });

  const take = async (request: RunRequestInput) => {
    asked.length = 0;
    const { digest, rows } = await service.runs.backtest(request);
    return { digest, rows, ways: new Set(asked) };
  };

  it("asks one thread once, and has the rows and digest of chunks", async () => {
    const rankings = [
      { primary: { metric: "sharpe" }, secondary: { metric: "maxDrawdownPct" } },
      { primary: { metric: "totalReturnPct" } },
    ] as const;
    for (const ranking of rankings) {
      const whole = await take({ ...few(), ranking });
      expect(asked).toEqual(["runSweep"]);
      const chunked = await take({ ...few({ chunkVariants: 7 }), ranking });
      expect(chunked.ways).toEqual(new Set(["runChunk", "score"]));
      expect(whole.rows).toEqual(chunked.rows);
      expect(whole.rows.length).toBeGreaterThan(5);
      expect(whole.digest).toBe(chunked.digest);
    }
  });

  it("is one up to so many variants times bars, and has no chunks of its own choice", async () => {
    const plan = await service.runs.estimate(few());
    const { stageAVariants, stageBVariants, bars } = plan.estimate;
    const size = (stageAVariants + stageBVariants) * bars;
    expect(isSmall(plan, size)).toBe(true);
    expect(isSmall(plan, size - 1)).toBe(false);
    expect(isSmall(plan)).toBe(true);
    expect(isSmall(await service.runs.estimate(few({ chunkVariants: 7 })))).toBe(false);
    const request = smallRequest();
    const constraint = "fast.window < slow.window and fast.window > 60";
    const wide = { ...request.strategy, constraint };
    const axis = { window: { start: 2, stop: 902, step: 1 } };
    const indicators = { ...wide.indicators, slow: { id: "ma.sma", params: axis } };
    const sparse = { ...request, strategy: { ...wide, indicators } };
    expect(isSmall(await service.runs.estimate(sparse), Number.POSITIVE_INFINITY)).toBe(false);
  });

  it("says where its time went, on one thread and on all, and on which kernels", async () => {
    for (const [schedule, threads] of [[{}, 1] as const, [{ chunkVariants: 7 }, 2] as const]) {
      const { profile, kernels, elapsedMs } = await service.runs.backtest(few(schedule));
      expect(kernels).toBe(chooseKernels("auto"));
      const { wallMs, phases, idleMs } = profile;
      expect(profile.threads).toBe(threads);
      expect(wallMs).toBeCloseTo(elapsedMs, 1);
      const sum = PHASES.reduce((total, phase) => total + phases[phase], idleMs);
      expect(sum).toBeCloseTo(wallMs, 3);
      expect(idleMs).toBeGreaterThanOrEqual(0);
      for (const phase of ["load", "events", "merge"] as const) {
        expect(phases[phase], phase).toBeGreaterThan(0);
      }
      expect(phases.persist).toBe(0);
    }
  });

  it("stops when its caller goes, and the pool is free again", async () => {
    const caller = new AbortController();
    const run = service.runs.backtest(few(), { signal: caller.signal });
    caller.abort();
    await expect(run).rejects.toMatchObject({ name: "AbortError" });
    await expect.poll(() => service.pool.stats().busy).toBe(0);
    expect((await take(few())).rows.length).toBeGreaterThan(5);
  });
});

function few(schedule: RunRequestInput["schedule"] = {}): RunRequestInput {
  const window = (start: number) => ({ window: { start, stop: start + 3, step: 1 } });
  const indicators = {
    fast: { id: "ma.sma", params: window(3) },
    slow: { id: "ma.sma", params: window(5) },
  };
  const request = smallRequest(schedule);
  return { ...request, strategy: { ...request.strategy, indicators }, preselect: 6, topK: 9 };
}

function listening(pool: ComputePool, asked: Way[]): ComputePool {
  return new Proxy(pool, {
    get(target, name) {
      const value = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      return (...words: unknown[]) => {
        if (name === "runSweep" || name === "runChunk" || name === "score") asked.push(name);
        return value.apply(target, words);
      };
    },
  });
}
