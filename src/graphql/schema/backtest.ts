import { positive } from "../argument-bounds.ts";
import { builder } from "../builder.ts";
import type { BacktestResult } from "../context.ts";
import { pageComplexity, pageSize } from "../page.ts";
import { present } from "../request-mapping.ts";
import { translatingSaved } from "../saved-strategy.ts";
import { outcome } from "./errors.ts";
import { RunEstimateType } from "./estimate.ts";
import { RunRequestInput } from "./request-inputs.ts";
import { ResultRowType } from "./result.ts";
import { RunProfileType } from "./run-profile.ts";

/** The synchronous form of a run: same plan, same stages, same pool, no queue, nothing stored. */
const BacktestType = builder.objectRef<BacktestResult>("Backtest").implement({
  description: "The result of a synchronous run. It is not stored.",
  fields: (t) => ({
    estimate: t.field({ type: RunEstimateType, resolve: ({ plan }) => plan }),
    digest: t.exposeString("digest", {
      description: "SHA-256 of the ordered results; the same as of a run of this plan.",
    }),
    elapsedMs: t.exposeFloat("elapsedMs", { description: "Computing time in milliseconds." }),
    profile: t.expose("profile", {
      type: RunProfileType,
      description:
        "Where the computing time went. A run too small to share has one thread, and nothing is " +
        "ever stored: `persistMs` is 0.",
    }),
    kernels: t.exposeString("kernels", {
      description: "`reference` or `wasm`; both give the same.",
    }),
    totalCount: t.int({ description: "Rows kept.", resolve: ({ rows }) => rows.length }),
    top: t.field({
      type: [ResultRowType],
      description: "The best rows, best first.",
      args: { first: t.arg.int({ description: "100 at most; 20 when left out." }) },
      complexity: pageComplexity,
      resolve: ({ rows }, { first }) => rows.slice(0, pageSize(first)),
    }),
  }),
});

const RunBacktestResult = outcome("RunBacktestResult", BacktestType, [
  "VALIDATION",
  "GRID_TOO_LARGE",
  "MEMORY_BUDGET_EXCEEDED",
  "QUEUE_FULL",
  "SERVICE_OVERLOADED",
  "NOT_FOUND",
  "DEADLINE_EXCEEDED",
]);

const RunBacktestInput = builder.inputType("RunBacktestInput", {
  fields: (t) => ({
    request: t.field({ type: RunRequestInput, required: true }),
    deadlineMs: t.int({
      description: "Stop after this many milliseconds; at most, and by default, the server's own.",
    }),
  }),
});

builder.mutationField("runBacktest", (t) =>
  t.field({
    type: RunBacktestResult.type,
    description:
      "Runs a small sweep while the request waits: half the budgets of a run, a hard deadline, " +
      "and it stops when the client goes away.",
    args: { input: t.arg({ type: RunBacktestInput, required: true }) },
    resolve: (_root, { input }, { services, signal }) =>
      RunBacktestResult.attempt(() => {
        const deadline = present({ deadlineMs: positive(input.deadlineMs, "input.deadlineMs") });
        return translatingSaved(input.request, "input.request", services.store, (canonical) =>
          services.runs.backtest(canonical, { signal, ...deadline }),
        );
      }),
  }),
);
