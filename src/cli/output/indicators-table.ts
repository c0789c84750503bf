import type { ListedIndicator } from "../../default-axes.ts";
import { formatCount } from "./format.ts";
import { renderTable } from "./table.ts";

type Axis = ListedIndicator["defaultAxes"][number];

/** One line each, in id order. */
export function indicatorsTable(indicators: readonly ListedIndicator[]): string {
  return renderTable(
    [
      { title: "id", align: "left" },
      { title: "title", align: "left" },
      { title: "variants", align: "right" },
      { title: "default axes", align: "left" },
    ],
    indicators.map(({ id, title, defaultAxes }) => [
      id,
      title,
      formatCount(variantsOf(defaultAxes)),
      defaultAxes.filter(isAxis).map(axisText).join("  "),
    ]),
  );
}

/** All there is to say about one. */
export function indicatorDetails(indicator: ListedIndicator): string {
  const { id, title, formula, source, outputs, defaultAxes } = indicator;
  return [
    `${id}: ${title}`,
    `formula   ${formula}`,
    `source    ${source}`,
    `outputs   ${outputs.join(", ")}`,
    `variants  ${formatCount(variantsOf(defaultAxes))}`,
    ...defaultAxes.map((axis) => `  ${axisText(axis)}`),
  ].join("\n");
}

function isAxis({ values }: Axis): boolean {
  return values.length > 1;
}

function variantsOf(axes: readonly Axis[]): number {
  return axes.reduce((product, { values }) => product * values.length, 1);
}

/** Equal steps from end to end as `window 5..200 by 5`, other values one by one. */
function axisText({ name, values }: Axis): string {
  const [first, second] = values;
  const isNumeric = typeof first === "number" && typeof second === "number";
  if (!isNumeric || values.length < 4) return `${name} ${values.join("|")}`;
  const step = Number((second - first).toPrecision(12));
  const isEven = values.every((value, i) => Math.abs(Number(value) - first - i * step) < 1e-9);
  if (!isEven) return `${name} ${values.join("|")}`;
  return `${name} ${first}..${values.at(-1)}${step === 1 ? "" : ` by ${step}`}`;
}
