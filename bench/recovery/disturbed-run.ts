import { setTimeout as sleep } from "node:timers/promises";
import type { App } from "../../src/app.ts";
import type { RunRequestInput } from "../../src/plan/request.ts";
import { isTerminal, type RunRecord } from "../../src/store/records.ts";

/** A run that is long enough to be disturbed, and what it comes to when nobody does. */
export interface Undisturbed {
  readonly request: RunRequestInput;
  readonly digest: string;
}

/** What one kind of trouble took to be over, each time. */
export interface Recovery {
  readonly what: string;
  readonly askedMs: number | null;
  readonly times: readonly number[];
}

const BARS = 43_800;

export async function importMarket({ datasets }: Pick<App, "datasets">): Promise<void> {
  await datasets.importSynthetic({ name: "market", seed: 11, bars: BARS, timeframe: "1h" });
}

/** Variants that are scored one by one, in chunks of some tenths of a second. */
export function longRequest(windows: number): RunRequestInput {
  const window = { start: 2, stop: windows + 1, step: 1 };
  return {
    dataset: "market",
    warmupBars: 0,
    strategy: {
      indicators: {
        fast: { id: "ma.sma", params: { window } },
        slow: { id: "ma.ema", params: { window } },
        filter: { id: "ma.sma", params: { window: [50, 100, 150, 200] } },
      },
      signals: [
        { rule: "cross", of: "fast", against: "slow" },
        { rule: "price", of: "filter" },
      ],
    },
    risk: { stopLossPct: ["off", 1, 2, 4], takeProfitPct: ["off", 2, 4, 8] },
    preselect: 400,
    topK: 20,
    schedule: { chunkVariants: 4_000 },
  };
}

export async function undisturbed(app: App, windows: number): Promise<Undisturbed> {
  await importMarket(app);
  const request = longRequest(windows);
  const { digest } = await app.runs.backtest(request, { deadlineMs: 300_000 });
  return { request, digest };
}

/** Waits for the run's end, and holds it to the digest of an undisturbed one. */
export async function endsAs(
  { store }: Pick<App, "store">,
  runId: string,
  { digest }: Undisturbed,
): Promise<void> {
  const run = await until(async () => {
    const seen = await store.run(runId);
    return seen !== null && isTerminal(seen.state) ? seen : null;
  }, 50);
  checkEnd(run, digest);
}

export function checkEnd(run: Pick<RunRecord, "state" | "digest">, digest: string): void {
  if (run.state !== "SUCCEEDED") throw new Error(`a disturbed run is ${run.state}`);
  if (run.digest !== digest) throw new Error(`digest ${run.digest}, undisturbed ${digest}`);
}

const PATIENCE_MS = 60_000;

/** What `look` finds, once it finds something. */
export async function until<T>(look: () => Promise<T | null>, everyMs: number): Promise<T> {
  for (const endMs = performance.now() + PATIENCE_MS; performance.now() < endMs; ) {
    const found = await look();
    if (found !== null) return found;
    await sleep(everyMs);
  }
  throw new Error("what was waited for did not come");
}
