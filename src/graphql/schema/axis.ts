import type { Axis } from "../../core/grid/axis.ts";
import { builder } from "../builder.ts";

export const AxisType = builder.objectRef<Axis>("Axis").implement({
  description: "One dimension of a grid; the last one varies fastest.",
  fields: (t) => ({
    name: t.exposeString("name"),
    numbers: t.floatList({
      description: "Empty for an axis of names.",
      resolve: ({ values }) => values.filter((value) => typeof value === "number"),
    }),
    texts: t.stringList({
      description: "Empty for an axis of numbers.",
      resolve: ({ values }) => values.filter((value) => typeof value === "string"),
    }),
  }),
});
