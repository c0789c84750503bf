import type { FUTURES } from "../../core/canary/altered-future.ts";
import type { LookaheadFinding, LookaheadReport } from "../../core/canary/check-lookahead.ts";
import type { WarmupNeed, WarmupReport } from "../../core/canary/check-warmup.ts";
import { notNegative } from "../argument-bounds.ts";
import { builder } from "../builder.ts";
import type { CheckedPlan } from "../context.ts";
import { present } from "../request-mapping.ts";
import { translatingSaved } from "../saved-strategy.ts";
import { outcome } from "./errors.ts";
import { RunEstimateType } from "./estimate.ts";
import { RunRequestInput } from "./request-inputs.ts";
import { ChosenParameterType, chosenParameters } from "./result.ts";

/** What can be known of a strategy before it is swept. */

const FutureEnum = builder.enumType("AlteredFuture", {
  description: "What was done to the bars after the last known one.",
  values: {
    CUT: { value: "CUT", description: "They were left out." },
    SHUFFLED: { value: "SHUFFLED", description: "They changed their places." },
  } satisfies Record<(typeof FUTURES)[number], object>,
} as const);

const FindingKindEnum = builder.enumType("LookaheadFindingKind", {
  values: {
    INDICATOR: { value: "INDICATOR", description: "An output of an indicator." },
    SIGNAL: { value: "SIGNAL", description: "LONG, SHORT or NEUTRAL." },
    EQUITY: { value: "EQUITY", description: "The account at a close." },
  } satisfies Record<LookaheadFinding["what"], object>,
} as const);

const FindingType = builder.objectRef<LookaheadFinding>("LookaheadFinding").implement({
  description: "Something that moved although only later bars are other ones.",
  fields: (t) => ({
    what: t.field({ type: FindingKindEnum, resolve: ({ what }) => what }),
    output: t.string({
      nullable: true,
      description: "The indicator with its parameters, and the output; null for the others.",
      resolve: ({ output }) => output || null,
    }),
    variantIndex: t.field({ type: "SafeInt", resolve: ({ variantIndex }) => variantIndex }),
    future: t.field({ type: FutureEnum, resolve: ({ future }) => future }),
    lastKnown: t.field({
      type: "DateTime",
      description: "Open of the last bar that was left as it is.",
      resolve: ({ lastKnownMs }) => new Date(lastKnownMs),
    }),
    moved: t.field({
      type: "DateTime",
      description: "Open of the first bar that moved, at or before `lastKnown`.",
      resolve: ({ movedMs }) => new Date(movedMs),
    }),
  }),
});

const LookaheadType = builder.objectRef<LookaheadReport>("LookaheadReport").implement({
  description:
    "Whether a strategy knows the future: after many bars the rest was altered, and what the " +
    "strategy did up to there must not move by a bit.",
  fields: (t) => ({
    passed: t.exposeBoolean("passed", { description: "Nothing moved." }),
    seed: t.field({ type: "SafeInt", resolve: ({ seed }) => seed }),
    variants: t.exposeInt("variants", { description: "Variants looked at." }),
    cuts: t.exposeInt("cuts", { description: "Bars after which the future was altered." }),
    comparedBars: t.field({
      type: "SafeInt",
      description: "Signals compared.",
      resolve: ({ comparedBars }) => comparedBars,
    }),
    sidedBars: t.field({
      type: "SafeInt",
      description: "Those of them that were LONG or SHORT. With none, passing says little.",
      resolve: ({ sidedBars }) => sidedBars,
    }),
    findings: t.field({
      type: [FindingType],
      description: "The first of each kind, output and variant; 20 at most.",
      resolve: ({ findings }) => findings,
    }),
  }),
});

const WarmupNeedType = builder.objectRef<WarmupNeed>("WarmupNeed").implement({
  description: "The history that one output of an indicator needs.",
  fields: (t) => ({
    indicator: t.exposeString("indicator"),
    output: t.exposeString("output"),
    params: t.field({
      type: [ChosenParameterType],
      resolve: ({ params }) => chosenParameters(params),
    }),
    undefinedBars: t.exposeInt("undefinedBars", {
      description: "Bars at the beginning without a value.",
    }),
    settledBars: t.exposeInt("settledBars", {
      nullable: true,
      description:
        "Bars after which its values no longer depend on where the candles begin; null where " +
        "they do to the end, or where the candles are too few to tell.",
    }),
  }),
});

const WarmupType = builder.objectRef<WarmupReport>("WarmupReport").implement({
  description: "Whether results depend on where the candles begin.",
  fields: (t) => ({
    passed: t.exposeBoolean("passed", {
      description: "All outputs have settled when the range begins.",
    }),
    warmupBars: t.exposeInt("warmupBars", { description: "Bars before the range." }),
    bars: t.exposeInt("bars", { description: "Bars over which history was looked for." }),
    needs: t.field({
      type: [WarmupNeedType],
      description: "Of the indicators of sampled variants, those that need most first.",
      resolve: ({ needs }) => needs,
    }),
  }),
});

const StrategyCheckType = builder.objectRef<CheckedPlan>("StrategyCheck").implement({
  fields: (t) => ({
    estimate: t.field({ type: RunEstimateType, resolve: ({ plan }) => plan }),
    lookahead: t.field({ type: LookaheadType, resolve: ({ lookahead }) => lookahead }),
    warmup: t.field({ type: WarmupType, resolve: ({ warmup }) => warmup }),
  }),
});

const CheckStrategyResult = outcome("CheckStrategyResult", StrategyCheckType, [
  "VALIDATION",
  "GRID_TOO_LARGE",
  "MEMORY_BUDGET_EXCEEDED",
  "QUEUE_FULL",
  "SERVICE_OVERLOADED",
  "NOT_FOUND",
]);

builder.queryField("checkStrategy", (t) =>
  t.field({
    type: CheckStrategyResult.type,
    extensions: { scope: "run" },
    description:
      "Whether a strategy knows the future, and whether its warm-up is enough. Takes about a " +
      "second; counts as a synchronous run.",
    args: {
      request: t.arg({ type: RunRequestInput, required: true }),
      seed: t.arg({ type: "SafeInt", description: "Decides what is sampled; 1 when left out." }),
    },
    resolve: (_root, { request, seed }, { services }) =>
      CheckStrategyResult.attempt(() => {
        const options = present({ seed: notNegative(seed, "seed") });
        return translatingSaved(request, "request", services.store, (canonical) =>
          services.runs.check(canonical, options),
        );
      }),
  }),
);
