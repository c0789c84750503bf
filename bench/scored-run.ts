import { createApp } from "../src/app.ts";
import { isTerminal } from "../src/store/records.ts";
import { sizedRequest } from "./memory-workload.ts";
import { surfaceConfig } from "./surface-questions.ts";

const [BARS, POLL_MS] = [5_000, 100];

/** A run with two metric columns in a folder or database, the same one every time: its id. */
export async function scoredRun(
  dataDir: string,
  variants: number,
  databaseUrl?: string,
): Promise<string> {
  await using app = await createApp(surfaceConfig(dataDir, databaseUrl));
  const name = "surfaces";
  await app.datasets.importSynthetic({ name, seed: 7, bars: BARS, timeframe: "1h" });
  const ranking = {
    primary: { metric: "sharpe" },
    secondary: { metric: "maxDrawdownPct" },
  } as const;
  const request = { ...sizedRequest(name, variants), ranking };
  const { run } = await app.runs.startRun(request, `bench ${variants}`);
  for (;;) {
    const { state } = (await app.store.runStatus(run.id))!;
    if (state === "SUCCEEDED") return run.id;
    if (isTerminal(state)) throw new Error(`the run ${state}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
