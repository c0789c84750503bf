import type { SeriesRef } from "../atom.ts";
import type { Rule } from "../rule.ts";

const VOLUME: SeriesRef = { kind: "price", source: "volume" };

export const volume: Rule = {
  id: "volume",
  title: "Volume against output",
  description: "Long while the bar's volume is above the output, short while it is below.",
  operands: ["of"],
  readsPrice: false,
  params: [],
  atoms: ({ of }) => ({
    long: { left: VOLUME, op: ">", right: of },
    short: { left: VOLUME, op: "<", right: of },
  }),
};
