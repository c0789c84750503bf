import type { Rule } from "../rule.ts";

export const sign: Rule = {
  id: "sign",
  title: "Sign of output",
  description: "Long while the output is above zero, short while it is below.",
  operands: ["of"],
  readsPrice: false,
  params: [],
  atoms: ({ of }) => ({
    long: { left: of, op: ">", right: 0 },
    short: { left: of, op: "<", right: 0 },
  }),
};
