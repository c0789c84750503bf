import type { Rule } from "../rule.ts";

export const price: Rule = {
  id: "price",
  title: "Price against output",
  description:
    "Long while the indicator's own price source is above the output, short while it is below.",
  operands: ["of"],
  readsPrice: true,
  params: [],
  atoms: ({ of, price }) => ({
    long: { left: price, op: ">", right: of },
    short: { left: price, op: "<", right: of },
  }),
};
