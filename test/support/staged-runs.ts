import type { Indicator } from "../../src/core/indicators/indicator.ts";
import { findIndicator } from "../../src/core/indicators/registry.ts";
import type { RankingMetric } from "../../src/core/metrics/ranking-metric.ts";
import type { ParameterValue } from "../../src/core/parameter.ts";
import { findRule } from "../../src/core/signals/registry.ts";
import { movesSide, tradedSide } from "../../src/plan/idle-side-axes.ts";
import type { RunRequestInput } from "../../src/plan/request.ts";
import { ourName, ourParameters, ourSignalParameters } from "./seed-parity-names.ts";

/** A whole staged run of the foreign engine, as its fixture states it. */
export interface StagedRun {
  readonly id: string;
  readonly dataset: string;
  readonly bars: number;
  readonly targetSlice: readonly [number, number];
  readonly requestedRangeMs: readonly [number, number];
  readonly warmupBars: number;
  readonly spec: {
    readonly indicators: readonly IndicatorFixture[];
    readonly signalGrids: Readonly<Record<string, Readonly<Record<string, AxisFixture>>>>;
    readonly riskGrid: { readonly sl?: AxisFixture; readonly tp?: AxisFixture } | null;
    readonly riskParams: RiskFixture | null;
    readonly direction: string;
    readonly sizing: string;
    readonly ranking: { readonly primary: string; readonly secondary: string } | null;
    readonly preselect: number;
    readonly topK: number;
    readonly executionParams: Readonly<Record<string, number>>;
  };
  readonly executionDefaults: Readonly<Record<string, number>>;
  readonly axes: readonly string[];
  readonly metricColumns: readonly string[];
  readonly float64Twin: {
    readonly stageATotal: number;
    readonly stageBTotal: number;
    /** Absent in the largest run; the shortlist then stands for it. */
    readonly stageAAll?: readonly FixtureRow[];
    readonly shortlist: readonly FixtureRow[];
    readonly top: readonly FixtureRow[];
    readonly shortlistCutNearTie: boolean;
    readonly topKCutNearTie: boolean;
  };
}

interface IndicatorFixture {
  readonly id: string;
  readonly params: Readonly<Record<string, AxisFixture>>;
  readonly source: AxisFixture | null;
}

interface RiskFixture {
  readonly sl_enabled: boolean;
  readonly sl_pct: number;
  readonly tp_enabled: boolean;
  readonly tp_pct: number;
}

/** Axis values, then for Stage B stop and target, then metrics. */
export type FixtureRow = readonly (number | string | null)[];

type AxisFixture =
  | {
      readonly mode: "range";
      readonly start: number;
      readonly stop_incl: number;
      readonly step: number;
    }
  | { readonly mode: "explicit"; readonly values: readonly (number | string)[] };

const SIZINGS = {
  all_in: "ALL_IN",
  fixed_quote: "FIXED_QUOTE",
  strategy_compound: "ALL_IN",
  strategy_compound_profit_lock: "PROFIT_LOCK",
} as const;

const METRICS: Readonly<Record<string, RankingMetric>> = {
  total_return_pct: "totalReturnPct",
  max_drawdown_pct: "maxDrawdownPct",
  return_over_max_drawdown: "returnOverMaxDrawdown",
  profit_factor: "profitFactor",
};

/** Our name of one of the fixture's metric columns. */
export function ourMetric(column: string): RankingMetric {
  const metric = METRICS[column];
  if (metric === undefined) throw new Error(`no metric of ours for ${column}`);
  return metric;
}

/** The fixture's run as one of ours: its own fees, range and seeding. */
export function requestOf(run: StagedRun): RunRequestInput {
  const { spec } = run;
  const costs = { ...run.executionDefaults, ...spec.executionParams };
  const [start, end] = run.requestedRangeMs;
  return {
    dataset: run.dataset,
    range: { start, end },
    warmupBars: run.warmupBars,
    strategy: {
      indicators: Object.fromEntries(
        spec.indicators.map((fixture) => [
          shortName(fixture.id),
          { id: ourName(fixture.id).id, params: indicatorAxes(fixture) },
        ]),
      ),
      signals: spec.indicators.map(({ id }) => signalOf(run, id)),
    },
    execution: {
      direction: directionOf(run),
      sizing: SIZINGS[spec.sizing as keyof typeof SIZINGS],
      startCash: costs.init_cash_quote,
      fixedQuote: costs.fixed_quote,
      safeProfitPct: costs.safe_profit_percent,
      feePct: costs.fee_pct,
      slippagePct: costs.slippage_pct,
    },
    risk: riskOf(run),
    ...(spec.ranking === null ? {} : { ranking: rankingOf(spec.ranking) }),
    preselect: spec.preselect,
    topK: spec.topK,
  };
}

function riskOf({ spec: { riskGrid, riskParams } }: StagedRun): RunRequestInput["risk"] {
  if (riskParams !== null) {
    return {
      stopLossPct: riskParams.sl_enabled ? riskParams.sl_pct : "off",
      takeProfitPct: riskParams.tp_enabled ? riskParams.tp_pct : "off",
    };
  }
  return {
    stopLossPct: riskGrid?.sl === undefined ? "off" : (axisOf(riskGrid.sl) as number[]),
    takeProfitPct: riskGrid?.tp === undefined ? "off" : (axisOf(riskGrid.tp) as number[]),
  };
}

/** Both keys are ranked in the direction in which the metric is better. */
function rankingOf({ primary, secondary }: { primary: string; secondary: string }) {
  return { primary: { metric: ourMetric(primary) }, secondary: { metric: ourMetric(secondary) } };
}

function directionOf({ spec }: StagedRun): "LONG_SHORT" | "LONG_ONLY" | "SHORT_ONLY" {
  return spec.direction.toUpperCase().replace("-", "_") as "LONG_SHORT";
}

/** The indicator's default rule on the output that the fixture's engine reads. */
function signalOf(run: StagedRun, fixtureId: string) {
  const { operands, output } = ourName(fixtureId);
  const { of, against } = operands ?? { of: output, against: undefined };
  const short = shortName(fixtureId);
  const { rule, values } = signalValues(run, fixtureId);
  const params = Object.entries(values).map(([name, axis]) => [
    name,
    signalHasEffect(run, fixtureId, name) ? axis : [axis[0]],
  ]);
  return {
    rule: rule.id,
    of: `${short}.${of}`,
    ...(against === undefined ? {} : { against: `${short}.${against}` }),
    params: Object.fromEntries(params),
  };
}

/** The rule that the fixture's engine reads the indicator with, and its parameters' values. */
function signalValues({ spec }: StagedRun, fixtureId: string) {
  const name = ourName(fixtureId);
  const { rule: usual, params: fixed = {} } = findIndicator(name.id)!.defaultRule;
  const values: Record<string, ParameterValue[]> = {};
  for (const [param, value] of Object.entries(fixed)) values[param] = [value];
  for (const [param, axis] of Object.entries(spec.signalGrids[fixtureId] ?? {})) {
    const [renamed] = Object.keys(ourSignalParameters({ [param]: 1 }));
    values[renamed] = axisOf(axis).map((value) => {
      return ourSignalParameters({ [param]: value as number })[renamed];
    });
  }
  return { rule: findRule(name.rule ?? usual)!, values };
}

/** Whether a signal's parameter moves the side that the run trades. */
function signalHasEffect(run: StagedRun, fixtureId: string, param: string): boolean {
  const side = tradedSide(directionOf(run));
  if (side === null) return true;
  const { rule, values } = signalValues(run, fixtureId);
  const defaults = rule.params.map((spec) => [spec.name, [spec.default]]);
  return movesSide(rule, { ...Object.fromEntries(defaults), ...values }, param, side);
}

/** One of the fixture's axes among ours, e.g. `indicator.ma.sma.window` is `sma.window`. */
export interface FixtureAxis {
  /** Null where the axis changes nothing that the run reads; our plan refuses such an axis. */
  readonly name: string | null;
  /** The fixture's value of it in ours. */
  readonly value: (fixture: number | string) => number | string;
}

export function fixtureAxes(run: StagedRun): FixtureAxis[] {
  return run.axes.map((axis) => {
    const [kind, ...rest] = axis.split(".");
    const param = rest.pop()!;
    const id = rest.join(".");
    const name = shortName(id);
    if (param === "source") return { name: `${name}.source`, value: (source) => source };
    if (kind === "signal") {
      const ours = (value: number) => Object.entries(ourSignalParameters({ [param]: value }))[0];
      const [renamed] = ours(1);
      return {
        name: signalHasEffect(run, id, renamed) ? `signal.${name}.${renamed}` : null,
        value: (value) => ours(value as number)[1],
      };
    }
    const renamed = ourParameter(id, param);
    return { name: hasEffect(id, renamed) ? `${name}.${renamed}` : null, value: (value) => value };
  });
}

function shortName(id: string): string {
  return id.split(".").at(-1)!;
}

function indicatorAxes({ id, params, source }: IndicatorFixture) {
  const { params: specs } = indicatorOf(id);
  const axes: Record<string, ParameterValue | ParameterValue[]> = {};
  for (const [param, axis] of Object.entries(params)) {
    const name = ourParameter(id, param);
    if (hasEffect(id, name)) axes[name] = axisOf(axis);
  }
  if (source !== null) axes.source = axisOf(source);
  if (specs.some(({ name }) => name === "seeding")) axes.seeding = "first";
  return axes;
}

function ourParameter(id: string, param: string): string {
  return Object.keys(ourParameters(indicatorOf(id), { [param]: 1 }, null))[0];
}

/** Whether the output that the fixture's engine reads depends on the parameter. */
function hasEffect(id: string, param: string): boolean {
  return indicatorOf(id).outputParams?.[ourName(id).output]?.includes(param) ?? true;
}

function indicatorOf(fixtureId: string): Indicator {
  return findIndicator(ourName(fixtureId).id)!;
}

function axisOf(axis: AxisFixture): ParameterValue[] {
  if (axis.mode === "explicit") return [...axis.values];
  const count = Math.round((axis.stop_incl - axis.start) / axis.step) + 1;
  return Array.from({ length: count }, (_, i) => axis.start + i * axis.step);
}
