import type { ParameterValues } from "../parameter.ts";
import type { SeriesRef } from "./atom.ts";

/** Texts that are equal exactly where what they stand for is computed in the same way. */

export function seriesKey(ref: SeriesRef): string {
  switch (ref.kind) {
    case "price":
      return ref.source;
    case "shifted":
      return `${seriesKey(ref.of)}[${ref.bars}]`;
    case "arithmetic":
      return `(${operandKey(ref.left)} ${ref.op} ${operandKey(ref.right)})`;
    case "output":
      return `${outputKey(ref.indicator, ref.params)}.${ref.output}`;
  }
}

export function operandKey(operand: SeriesRef | number): string {
  return typeof operand === "number" ? String(operand) : seriesKey(operand);
}

/** An indicator with its parameters, in the order in which they are given. */
export function outputKey(id: string, params: ParameterValues): string {
  let key = id;
  for (const name in params) key += `,${name}=${params[name]}`;
  return key;
}
