import type { Rule } from "../rule.ts";

export const fade: Rule = {
  id: "fade",
  title: "Price against output, faded",
  description:
    "Long while the indicator's own price source is below the output, short while it is above.",
  operands: ["of"],
  readsPrice: true,
  params: [],
  atoms: ({ of, price }) => ({
    long: { left: price, op: "<", right: of },
    short: { left: price, op: ">", right: of },
  }),
};
