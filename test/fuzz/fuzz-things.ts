import { issueToken } from "../../src/access/issue-token.ts";
import type { DatasetLibrary, RunService } from "../../src/graphql/context.ts";
import type { Store } from "../../src/store/store.ts";
import { ended } from "../support/service-under-test.ts";
import type { Things } from "./document-generator.ts";

interface Service {
  readonly store: Store;
  readonly datasets: DatasetLibrary;
  readonly runs: RunService;
}

/** A small dataset and an ended run, for documents to ask about. */
export async function fuzzThings({ store, datasets, runs }: Service): Promise<{
  readonly things: Things;
  readonly secret: string;
}> {
  const { dataset } = await datasets.importSynthetic({ name: "fuzz", seed: 7, bars: 300 });
  const { run } = await runs.startRun(
    {
      dataset: "fuzz",
      strategy: { indicators: { rsi: { id: "momentum.rsi", params: { window: [2, 5, 9] } } } },
      risk: { stopLossPct: ["off", 2] },
    },
    null,
  );
  await ended(store, run.id);
  const admin = { name: "fuzz", owner: "fuzz", scope: "admin", expiresAt: null } as const;
  const { secret } = await issueToken(store.access, admin);
  const things = {
    ids: [`Run_${run.id}`, `Dataset_${dataset.hash}`, "Run_none", "Token_none"],
    names: ["fuzz", "momentum.rsi", "ma.sma", "rsi", "window", "close", "band", "rsi < 30"],
  };
  return { things, secret };
}
