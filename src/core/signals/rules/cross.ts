import type { Rule } from "../rule.ts";

export const cross: Rule = {
  id: "cross",
  title: "Series against series",
  description: "Long while the first series is above the second, short while it is below.",
  operands: ["of", "against"],
  readsPrice: false,
  params: [],
  atoms: ({ of, against }) => ({
    long: { left: of, op: ">", right: against },
    short: { left: of, op: "<", right: against },
  }),
};
