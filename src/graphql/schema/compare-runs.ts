import { complaint, UserError } from "../../core/user-error.ts";
import { builder } from "../builder.ts";
import {
  type BestOverlap,
  type ComparedRun,
  compareRuns,
  type RequestDifference,
  type RunComparison,
} from "../compare-runs.ts";
import { keyOf } from "../global-id.ts";
import { pageSize } from "../page.ts";
import { outcome } from "./errors.ts";
import { ResultRowType } from "./result.ts";
import { RunType } from "./run.ts";

const LEAST_RUNS = 2;
const MAX_RUNS = 10;
const DEFAULT_ROWS = 100;

const DifferenceType = builder.objectRef<RequestDifference>("RequestDifference").implement({
  description: "A field of the requests in which the runs differ.",
  fields: (t) => ({
    path: t.exposeString("path", {
      description: "As in `requestJson`, such as `execution.feePct`; `dataset` is the hash.",
    }),
    values: t.field({
      type: ["String"],
      nullable: { list: false, items: true },
      description: "JSON, in the order of the runs; null where a run has no such field.",
      resolve: ({ values }) => [...values],
    }),
  }),
});

const OverlapType = builder.objectRef<BestOverlap>("BestOverlap").implement({
  description: "What two runs have in common among their best rows.",
  fields: (t) => ({
    a: t.field({ type: RunType, resolve: ({ a }) => a }),
    b: t.field({ type: RunType, resolve: ({ b }) => b }),
    rowsOfA: t.exposeInt("rowsOfA", { description: "Rows of `a` that were compared." }),
    rowsOfB: t.exposeInt("rowsOfB", { description: "Rows of `b` that were compared." }),
    sameKey: t.exposeInt("sameKey", {
      description: "Rows of `a` whose variantKey is among those of `b`: the same computation.",
    }),
    sameParameters: t.exposeInt("sameParameters", {
      description:
        "Rows of `a` with parameters, stops and target of a row of `b`, whatever else differs.",
    }),
  }),
});

const ComparedRunType = builder.objectRef<ComparedRun>("ComparedRun").implement({
  fields: (t) => ({
    run: t.field({ type: RunType, resolve: ({ run }) => run }),
    best: t.field({
      type: ResultRowType,
      nullable: true,
      description: "Its best row with all metrics, null where it has none yet.",
      resolve: ({ best }) => best,
    }),
  }),
});

const ComparisonType = builder.objectRef<RunComparison>("RunComparison").implement({
  description: "Runs side by side.",
  fields: (t) => ({
    runs: t.field({
      type: [ComparedRunType],
      description: "In the order asked for.",
      resolve: ({ runs }) => [...runs],
    }),
    differences: t.field({
      type: [DifferenceType],
      description: "In the order of their paths; label and schedule are left out.",
      resolve: ({ differences }) => [...differences],
    }),
    overlaps: t.field({
      type: [OverlapType],
      description: "Every pair of the runs.",
      complexity: { field: 1, multiplier: MAX_RUNS },
      resolve: ({ overlaps }) => [...overlaps],
    }),
  }),
});

const CompareRunsResult = outcome("CompareRunsResult", ComparisonType, ["VALIDATION", "NOT_FOUND"]);

builder.queryField("compareRuns", (t) =>
  t.field({
    type: CompareRunsResult.type,
    description: "Runs side by side: parameters that differ, metrics, overlap of the best.",
    args: {
      ids: t.arg.idList({
        required: true,
        description: `${LEAST_RUNS} to ${MAX_RUNS} runs.`,
      }),
      first: t.arg.int({
        description: `Best rows of each to compare, 100 at most; ${DEFAULT_ROWS} when left out.`,
      }),
    },
    complexity: { field: 20, multiplier: MAX_RUNS },
    resolve: (_root, { ids, first }, { services }) =>
      CompareRunsResult.attempt(async () => {
        const rows = pageSize(first ?? DEFAULT_ROWS);
        const keys = ids.map((id, i) => keyOf("Run", id, `ids[${i}]`));
        const distinct = new Set(keys).size;
        if (keys.length > MAX_RUNS || distinct < LEAST_RUNS || distinct < keys.length) {
          const bound = `${LEAST_RUNS}..${MAX_RUNS} different runs`;
          throw new UserError("VALIDATION", complaint("ids", "cannot be compared", ids, bound));
        }
        const found = new Map((await services.store.runsById(keys)).map((run) => [run.id, run]));
        const runs = keys.map((key, i) => {
          const run = found.get(key);
          if (run !== undefined) return run;
          const message = "there is no such run";
          throw new UserError("NOT_FOUND", complaint(`ids[${i}]`, message, ids[i]));
        });
        return compareRuns(runs, await services.store.bestRows(keys, rows));
      }),
  }),
);
