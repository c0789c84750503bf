import type { Rule } from "../rule.ts";

export const centered: Rule = {
  id: "centered",
  title: "Distance from a centre",
  description:
    "Long while the output is above center + absThreshold, short while it is below " +
    "center - absThreshold.",
  operands: ["of"],
  readsPrice: false,
  params: [
    {
      name: "absThreshold",
      kind: "number",
      min: 0,
      max: 1e9,
      default: 0,
      description: "Distance from the centre that counts as neutral, in the unit of the output.",
    },
    {
      name: "center",
      kind: "number",
      min: -1e9,
      max: 1e9,
      default: 0,
      description: "The value of the output that favours neither side.",
    },
  ],
  atoms: ({ of }, params) => {
    const center = params.center as number;
    const distance = params.absThreshold as number;
    return {
      long: { left: of, op: ">", right: center + distance },
      short: { left: of, op: "<", right: center - distance },
    };
  },
};
