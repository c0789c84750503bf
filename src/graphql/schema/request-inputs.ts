import { builder } from "../builder.ts";
import {
  DirectionEnum,
  FillModeEnum,
  MetricEnum,
  PriorityEnum,
  SizingEnum,
  TimeframeEnum,
  TradeDirectionEnum,
} from "./enums.ts";

/**
 * A run request as GraphQL inputs: the same fields as plan/request.ts, which decides what is valid.
 */

const NumberRangeInput = builder.inputType("NumberRangeInput", {
  description:
    "`start + i * step` for i = 0, 1, ... up to and including `stop`, which a step must hit.",
  fields: (t) => ({
    start: t.float({ required: true }),
    stop: t.float({ required: true }),
    step: t.float({ required: true }),
  }),
});

const AxisInput = builder.inputType("AxisInput", {
  description: "The values a parameter takes, exactly one form of it.",
  isOneOf: true,
  fields: (t) => ({
    number: t.float({ description: "One number: the parameter is fixed." }),
    text: t.string({ description: "One name, such as a price source." }),
    numbers: t.floatList({ description: "An explicit list without duplicates." }),
    texts: t.stringList({ description: "Names, without duplicates." }),
    range: t.field({ type: NumberRangeInput }),
  }),
});

const ParameterInput = builder.inputType("ParameterInput", {
  fields: (t) => ({
    name: t.string({ required: true, description: "Of the indicator, rule or strategy." }),
    axis: t.field({ type: AxisInput, required: true }),
  }),
});

const IndicatorInput = builder.inputType("IndicatorInput", {
  description: "An indicator of the strategy. Parameters left out take their defaults.",
  fields: (t) => ({
    name: t.string({ required: true, description: "How signals and the constraint call it." }),
    id: t.string({ required: true, description: "Which one, such as `ma.sma`; see `indicators`." }),
    params: t.field({ type: [ParameterInput] }),
  }),
});

const SignalInput = builder.inputType("SignalInput", {
  description: "A rule over indicator outputs. All signals of a strategy combine by AND.",
  fields: (t) => ({
    name: t.string({
      description:
        "Names its axes `signal.<name>.<parameter>`; the indicator's name when left out.",
    }),
    rule: t.string({ required: true, description: "Which one; see `rules`." }),
    of: t.string({
      required: true,
      description: "`name` or `name.output` of an indicator; its primary output if none is named.",
    }),
    against: t.string({ description: "The second series, for rules that compare two." }),
    params: t.field({ type: [ParameterInput] }),
  }),
});

const ExpressionsInput = builder.inputType("ExpressionsInput", {
  description:
    "What each side asks for at a bar's close, such as " +
    "`ema(close, $fast) > ema(close, $slow) and rsi(close, 14) < $oversold`. A side without an " +
    "exit is held while its expression holds; with one until the exit, or the other entry, holds.",
  fields: (t) => ({
    long: t.string(),
    exitLong: t.string(),
    short: t.string(),
    exitShort: t.string(),
  }),
});

const SavedStrategyInput = builder.inputType("SavedStrategyInput", {
  description: "A strategy that was saved.",
  fields: (t) => ({
    id: t.id({ required: true }),
    version: t.int({ description: "The latest when left out." }),
  }),
});

export const StrategyInput = builder.inputType("StrategyInput", {
  description: "Indicators with signals, or expressions with parameters.",
  fields: (t) => ({
    saved: t.field({
      type: SavedStrategyInput,
      description: "A saved strategy, instead of everything else.",
    }),
    indicators: t.field({
      type: [IndicatorInput],
      description: "Indicators that signals read; not with expressions.",
    }),
    signals: t.field({
      type: [SignalInput],
      description: "Each indicator's default rule when left out.",
    }),
    expressions: t.field({
      type: ExpressionsInput,
      description: "Instead of indicators and signals.",
    }),
    parameters: t.field({
      type: [ParameterInput],
      description: "The axes of expressions, `$name` in them; ordered by name.",
    }),
    constraint: t.string({
      description:
        "Which variants exist, such as `fast.window < slow.window`, or `fast < slow` over the " +
        "parameters of expressions; all when left out.",
    }),
  }),
});

const ExecutionInput = builder.inputType("ExecutionInput", {
  fields: (t) => ({
    direction: t.field({ type: TradeDirectionEnum }),
    sizing: t.field({ type: SizingEnum }),
    fillMode: t.field({ type: FillModeEnum }),
    entryDelayBars: t.int({
      description: "Bars a new signal must go on standing before its entry is decided.",
    }),
    startCash: t.float({ description: "In quote currency." }),
    fixedQuote: t.float({ description: "Entry amount of FIXED_QUOTE, in quote currency." }),
    safeProfitPct: t.float({
      description: "Share of a profit PROFIT_LOCK sets aside, in percent.",
    }),
    feePct: t.float({ description: "Of the quote amount, at entry and at exit, in percent." }),
    fixedFee: t.float({ description: "Of each fill, at entry and at exit, in quote currency." }),
    slippagePct: t.float({ description: "Of the price, against you, in percent." }),
    spreadPct: t.float({
      description: "Between bid and ask, in percent of the price; each fill pays half of it.",
    }),
    fundingLongPctPerBar: t.float({
      description: "Of the stake, at each bar close a long sees, in percent; negative is received.",
    }),
    fundingShortPctPerBar: t.float({
      description:
        "Of the stake, at each bar close a short sees, in percent; negative is received.",
    }),
    periodsPerYear: t.float({ description: "Trading days a year: 365 round the clock, 252." }),
  }),
});

const RiskAxisInput = builder.inputType("RiskAxisInput", {
  description:
    "Distances in percent of a price, one form of them. Off: no axis, or null in a list.",
  isOneOf: true,
  fields: (t) => ({
    percent: t.float(),
    percents: t.field({
      type: ["Float"],
      required: { list: false, items: false },
      description: "A list in which null is a cell without it, such as [null, 1, 2.5].",
    }),
    range: t.field({ type: NumberRangeInput }),
  }),
});

const RiskInput = builder.inputType("RiskInput", {
  description: "The grid of Stage B: every stop with every trailing stop and every target.",
  fields: (t) => ({
    stopLossPct: t.field({ type: RiskAxisInput, description: "From the entry fill." }),
    trailingStopPct: t.field({
      type: RiskAxisInput,
      description: "From the best price since entry.",
    }),
    takeProfitPct: t.field({ type: RiskAxisInput, description: "From the entry fill." }),
  }),
});

const RankingKeyInput = builder.inputType("RankingKeyInput", {
  fields: (t) => ({
    metric: t.field({ type: MetricEnum, required: true }),
    direction: t.field({ type: DirectionEnum, description: "The metric's own when left out." }),
  }),
});

const RankingInput = builder.inputType("RankingInput", {
  description: "Primary metric, then secondary, then variant index: a total order.",
  fields: (t) => ({
    primary: t.field({ type: RankingKeyInput, required: true }),
    secondary: t.field({ type: RankingKeyInput }),
  }),
});

const ScheduleInput = builder.inputType("ScheduleInput", {
  description: "How to run it; nothing here changes a result.",
  fields: (t) => ({
    workers: t.int({ description: "Threads to use at most." }),
    chunkVariants: t.int({
      description: "Variants a chunk, the unit of a checkpoint. A stage has 50,000 chunks at most.",
    }),
    timeLimitSeconds: t.float({
      description: "The run ends as TIMED_OUT so long after its start; pauses do not count.",
    }),
    deadline: t.field({
      type: "DateTime",
      description: "The run ends as TIMED_OUT then, wherever it is. In the future.",
    }),
    keepColumns: t.boolean({
      description:
        "False drops the metric columns when the run has succeeded: 8 bytes a variant and metric " +
        "less, and no surfaces, rankings or exports of all variants. The service's setting, true " +
        "by default, when left out.",
    }),
    columns: t.field({
      type: [MetricEnum],
      description:
        "Metrics to keep a column of beside those the run ranks by: 8 bytes a variant each, and " +
        "the time to compute them. No result changes. The service's setting when left out.",
    }),
    priority: t.field({ type: PriorityEnum }),
  }),
});

const RangeInput = builder.inputType("RangeInput", {
  description: "What is traded, half-open: a bar belongs to it by its close time.",
  fields: (t) => ({
    start: t.field({ type: "DateTime", description: "The dataset's start when left out." }),
    end: t.field({ type: "DateTime", description: "The dataset's end when left out." }),
  }),
});

export const RunRequestInput = builder.inputType("RunRequestInput", {
  description:
    "A whole sweep: data, strategy, grid, execution, ranking. Fields left out take defaults.",
  fields: (t) => ({
    dataset: t.string({ required: true, description: "Content hash or name of a dataset." }),
    timeframe: t.field({ type: TimeframeEnum, description: "Resample to this timeframe first." }),
    range: t.field({ type: RangeInput }),
    warmupBars: t.int({ description: "Bars before the range that feed indicators only." }),
    strategy: t.field({ type: StrategyInput, required: true }),
    execution: t.field({ type: ExecutionInput }),
    risk: t.field({ type: RiskInput }),
    ranking: t.field({ type: RankingInput }),
    preselect: t.int({ description: "Base variants Stage A hands to Stage B." }),
    topK: t.int({ description: "Result rows kept." }),
    schedule: t.field({ type: ScheduleInput }),
    label: t.string({ description: "A name for people, 200 characters at most." }),
  }),
});

export type RunRequestArg = typeof RunRequestInput.$inferInput;
export type ParameterArg = typeof ParameterInput.$inferInput;
export type AxisArg = typeof AxisInput.$inferInput;
export type RiskAxisArg = typeof RiskAxisInput.$inferInput;
