import type { Indicator } from "../../core/indicators/indicator.ts";
import { INDICATORS } from "../../core/indicators/registry.ts";
import type { ParameterSpec } from "../../core/parameter.ts";
import { callSignature } from "../../core/signals/expression/indicator-call.ts";
import { RULES } from "../../core/signals/registry.ts";
import type { Rule } from "../../core/signals/rule.ts";
import { builder } from "../builder.ts";
import { AxisType } from "./axis.ts";

/** What strategies are made of: indicators, rules, and the parameters of both. */

const ParameterKindEnum = builder.enumType("ParameterKind", {
  values: {
    INTEGER: { value: "integer" },
    NUMBER: { value: "number" },
    CHOICE: { value: "choice" },
  },
} as const);

const ParameterSpecType = builder.objectRef<ParameterSpec>("ParameterSpec").implement({
  description: "A parameter that may be an axis, with its bounds.",
  fields: (t) => ({
    name: t.exposeString("name"),
    kind: t.field({ type: ParameterKindEnum, resolve: (spec) => spec.kind }),
    description: t.exposeString("description"),
    min: t.float({
      nullable: true,
      description: "Smallest value, inclusive, in the unit of the parameter; null for a choice.",
      resolve: (spec) => (spec.kind === "choice" ? null : spec.min),
    }),
    max: t.float({
      nullable: true,
      description: "Largest value, inclusive, in the unit of the parameter; null for a choice.",
      resolve: (spec) => (spec.kind === "choice" ? null : spec.max),
    }),
    choices: t.stringList({
      nullable: true,
      description: "Names to choose from; null for a number.",
      resolve: (spec) => (spec.kind === "choice" ? spec.choices : null),
    }),
    defaultNumber: t.float({
      nullable: true,
      description: "Taken when left out; null for a choice.",
      resolve: (spec) => (spec.kind === "choice" ? null : spec.default),
    }),
    defaultText: t.string({
      nullable: true,
      description: "Taken when left out; null for a number.",
      resolve: (spec) => (spec.kind === "choice" ? spec.default : null),
    }),
  }),
});

const DefaultRule = builder.objectRef<Indicator["defaultRule"]>("DefaultRule").implement({
  description: "The signal of an indicator in a strategy that names no signals.",
  fields: (t) => ({ rule: t.exposeString("rule"), output: t.exposeString("output") }),
});

const IndicatorType = builder.objectRef<Indicator>("Indicator").implement({
  fields: (t) => ({
    id: t.exposeString("id", { description: "Family and name, such as `ma.sma`." }),
    title: t.exposeString("title"),
    formula: t.exposeString("formula"),
    source: t.exposeString("source", {
      description: "The paper, book or library that defines it.",
    }),
    signature: t.string({
      description:
        "How an expression calls it, such as `ema(source, window, seeding=)`: by place, then by " +
        "name what has an equals sign. Anything may be left out, or given by name.",
      resolve: callSignature,
    }),
    params: t.field({
      type: [ParameterSpecType],
      description: "In axis order.",
      resolve: (indicator) => indicator.params,
    }),
    defaultAxes: t.field({
      type: [AxisType],
      description:
        "Values usually tried, one axis a parameter under its name, as configs/indicators.yaml " +
        "has them: offers for a form, no part of a run unless a request names them.",
      resolve: ({ id }, _args, { services }) => services.defaultAxes.get(id) ?? [],
    }),
    outputs: t.stringList({
      description: "Series it computes; the first is the primary one.",
      resolve: (indicator) => indicator.outputs,
    }),
    defaultRule: t.field({
      type: DefaultRule,
      resolve: (indicator) => indicator.defaultRule,
    }),
  }),
});

const RuleType = builder.objectRef<Rule>("Rule").implement({
  description: "A rule family: turns series into LONG, SHORT or NEUTRAL at each bar's close.",
  fields: (t) => ({
    id: t.exposeString("id"),
    title: t.exposeString("title"),
    description: t.exposeString("description"),
    operands: t.stringList({
      description: "Series it reads: `of`, or `of` and `against`.",
      resolve: (rule) => rule.operands,
    }),
    params: t.field({
      type: [ParameterSpecType],
      description: "Signal parameters, which may be axes too.",
      resolve: (rule) => rule.params,
    }),
  }),
});

builder.queryFields((t) => ({
  indicators: t.field({
    type: [IndicatorType],
    description: "Every indicator, in id order.",
    resolve: () => INDICATORS,
  }),
  rules: t.field({
    type: [RuleType],
    description: "Every rule family, in id order.",
    resolve: () => RULES,
  }),
}));
