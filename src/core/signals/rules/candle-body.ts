import type { Atom, SeriesRef } from "../atom.ts";
import type { Rule } from "../rule.ts";

const OPEN: SeriesRef = { kind: "price", source: "open" };
const CLOSE: SeriesRef = { kind: "price", source: "close" };

export const candleBody: Rule = {
  id: "candleBody",
  title: "Direction of a large candle",
  description:
    "Where the output, the size of the candle's body, is at or above minBody: long when the bar " +
    "closed above its open, short when below.",
  operands: ["of"],
  readsPrice: false,
  params: [
    {
      name: "minBody",
      kind: "number",
      min: 0,
      max: 1e9,
      default: 0.5,
      description: "Smallest body that counts, in the unit of the output.",
    },
  ],
  atoms: ({ of }, params) => {
    const large: Atom = { left: of, op: ">=", right: params.minBody as number };
    return {
      long: both(large, { left: CLOSE, op: ">", right: OPEN }),
      short: both(large, { left: CLOSE, op: "<", right: OPEN }),
    };
  },
};

/** Where the first holds but not where it holds without the second. */
function both(first: Atom, second: Atom): Atom {
  return { ...first, unless: { ...first, unless: second } };
}
