import { findIndicator } from "../../src/core/indicators/registry.ts";
import type { ParameterValue } from "../../src/core/parameter.ts";
import type { RunRequestInput } from "../../src/plan/request.ts";
import { ourParameters, ourSignalParameters } from "./seed-parity-names.ts";

/** A whole staged run of the foreign engine, as its fixture states it. */
export interface StagedRun {
  readonly id: string;
  readonly dataset: string;
  readonly bars: number;
  readonly targetSlice: readonly [number, number];
  readonly requestedRangeMs: readonly [number, number];
  readonly warmupBars: number;
  readonly spec: {
    readonly indicators: readonly {
      readonly id: string;
      readonly params: Readonly<Record<string, AxisFixture>>;
      readonly source?: AxisFixture;
    }[];
    readonly signalGrids: Readonly<Record<string, Readonly<Record<string, AxisFixture>>>>;
    readonly riskGrid: { readonly sl?: AxisFixture; readonly tp?: AxisFixture } | null;
    readonly direction: string;
    readonly preselect: number;
    readonly topK: number;
    readonly executionParams: Readonly<Record<string, number>>;
  };
  readonly executionDefaults: Readonly<Record<string, number>>;
  readonly axes: readonly string[];
  readonly float64Twin: {
    readonly stageATotal: number;
    readonly stageBTotal: number;
    /** Absent in the largest run; the shortlist then stands for it. */
    readonly stageAAll?: readonly FixtureRow[];
    readonly shortlist: readonly FixtureRow[];
    readonly top: readonly FixtureRow[];
  };
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

/** Ids that the fixture uses and this registry does not have. */
export function missingIndicators(run: StagedRun): string[] {
  return run.spec.indicators.map(({ id }) => id).filter((id) => findIndicator(id) === undefined);
}

/** The fixture's run as one of ours: its own fees, range and seeding, ranked by total return. */
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
        spec.indicators.map((indicator) => [
          shortName(indicator.id),
          { id: indicator.id, params: indicatorAxes(indicator) },
        ]),
      ),
      signals: spec.indicators.map(({ id }) => {
        const { rule, output } = findIndicator(id)!.defaultRule;
        const grids = ourSignalParameters(firstValues(spec.signalGrids[id] ?? {}));
        const given = Object.entries(spec.signalGrids[id] ?? {});
        const params = Object.fromEntries(
          Object.keys(grids).map((name, i) => [name, axisOf(given[i][1])]),
        );
        return { rule, of: `${shortName(id)}.${output}`, params };
      }),
    },
    execution: {
      direction: spec.direction.toUpperCase().replace("-", "_") as "LONG_SHORT",
      startCash: costs.init_cash_quote,
      fixedQuote: costs.fixed_quote,
      safeProfitPct: costs.safe_profit_percent,
      feePct: costs.fee_pct,
      slippagePct: costs.slippage_pct,
    },
    risk: {
      stopLossPct: spec.riskGrid?.sl === undefined ? "off" : numbersOf(spec.riskGrid.sl),
      takeProfitPct: spec.riskGrid?.tp === undefined ? "off" : numbersOf(spec.riskGrid.tp),
    },
    preselect: spec.preselect,
    topK: spec.topK,
  };
}

/** Name of one of our axes in the fixture's words, e.g. `sma.window` is `indicator.ma.sma.window`. */
export function fixtureAxes(run: StagedRun): string[] {
  return run.axes.map((axis) => {
    const [kind, ...rest] = axis.split(".");
    const param = rest.at(-1)!;
    const name = shortName(rest.slice(0, -1).join("."));
    if (param === "source") return `${name}.source`;
    if (kind === "signal")
      return `signal.${name}.${Object.keys(ourSignalParameters({ [param]: 1 }))[0]}`;
    const indicator = findIndicator(rest.slice(0, -1).join("."))!;
    const renamed = Object.keys(ourParameters(indicator, { [param]: 1 }, null))[0];
    return `${name}.${renamed}`;
  });
}

function shortName(id: string): string {
  return id.split(".").at(-1)!;
}

function indicatorAxes(indicator: StagedRun["spec"]["indicators"][number]) {
  const definition = findIndicator(indicator.id)!;
  const renamed = ourParameters(definition, firstValues(indicator.params), null);
  const axes: Record<string, ParameterValue | ParameterValue[]> = {};
  const given = Object.values(indicator.params);
  Object.keys(renamed).forEach((name, i) => {
    axes[name] = name === "seeding" ? "first" : axisOf(given[i]);
  });
  if (indicator.source !== undefined) axes.source = axisOf(indicator.source);
  return axes;
}

function firstValues(axes: Readonly<Record<string, AxisFixture>>): Record<string, number> {
  return Object.fromEntries(Object.keys(axes).map((name) => [name, 1]));
}

function axisOf(axis: AxisFixture): ParameterValue[] {
  if (axis.mode === "explicit") return [...axis.values];
  const count = Math.round((axis.stop_incl - axis.start) / axis.step) + 1;
  return Array.from({ length: count }, (_, i) => axis.start + i * axis.step);
}

function numbersOf(axis: AxisFixture): number[] {
  return axisOf(axis) as number[];
}
