import { INDICATORS } from "../../../src/core/indicators/registry.ts";
import { REFERENCE_DATASETS } from "../reference-candles.ts";
import { SOURCES, WITHOUT_OUTSIDE_TRUTH } from "./outside-truth.ts";
import { readReference } from "./reference-columns.ts";
import { type SourceSummary, summarise } from "./summary.ts";

/** docs/CONFORMANCE.md, from the comparisons themselves. Throws where one of them fails. */
export function conformancePage(): string {
  const summaries = inOrder(summarise());
  const faults = summaries.flatMap(({ faults: found }) => found);
  if (faults.length > 0) throw new Error(`values differ: ${faults.slice(0, 3).join("; ")}`);
  return [HEAD, totals(summaries), SOURCES_HEAD, sources(), VALUES_HEAD]
    .concat(table(summaries), DEVIATIONS_HEAD, deviations(summaries))
    .concat(WITHOUT_HEAD, withoutTruth(), OTHERWISE)
    .map((part) => `${part}\n`)
    .join("\n");
}

const HEAD = section(
  "# Conformance of the indicators",
  "Written by `npm run conformance` from the comparisons that the tests in",
  "`test/core/indicators` make; a test holds this page to them.\n\nEvery value is compared with",
  "those of programs that share no code with this one. The bars without a value must be the same,",
  "or a deviation says why not. A difference is a share of the root mean square of their series;",
  "tolerances were set from the differences found, a little above them. Points are values of ours.",
  "Where theirs follows another rule, that rule is followed without ours to show that the",
  "deviation is understood: these points are counted apart, as reproduced, and are no",
  "evidence for ours.",
);

function totals(summaries: readonly SourceSummary[]): string {
  const sum = (of: (summary: SourceSummary) => number) =>
    grouped(summaries.reduce((total, summary) => total + of(summary), 0));
  const compared = summaries.filter(({ points }) => points > 0);
  const ids = new Set(compared.map(({ id }) => id)).size;
  const series = sum((summary) => summary.series);
  const points = sum((summary) => summary.points);
  const reproduced = sum((summary) => summary.reproduced);
  const found = `${ids} of ${INDICATORS.length} indicators, ${series} series, ${points} points`;
  return `${found}, beside ${reproduced} reproduced.`;
}

const COMPOSED =
  "some columns are several of its functions, such as `EMA(TRIX(close, 15), 9)` for a signal line";

const SOURCES_HEAD = section(
  "## Sources",
  "`talib` and `libraries` lie in `test/golden`, written by `scripts/golden/indicators.py` over",
  "the candles in `test/golden/candles`; the others in `../shared/golden`.",
);

function sources(): string {
  const talib = readReference("talib", REFERENCE_DATASETS[0]);
  const libraries = readReference("libraries", REFERENCE_DATASETS[0]);
  const rows = [
    ["TA-Lib", `C library ${talib.versions["TA-Lib C library"]}, ${talib.generated}; ${COMPOSED}`],
    ["TradingView", "columns that the platform itself exported"],
    ["Stock.Indicators", "502 daily quotes, default parameters"],
    ["seed-parity", "an engine in Python, float64, averages seeded with their first value"],
    ...["pandas-ta-classic", "talipp"].map((name) => [
      name,
      `${libraries.versions[name]}, ${libraries.generated}`,
    ]),
  ];
  return markdownTable(["Source", "What"], rows);
}

const VALUES_HEAD = "## Values";

function table(summaries: readonly SourceSummary[]): string {
  const rows = summaries.map((summary) => [
    `\`${summary.id}\``,
    [...summary.outputs].join(", ") || "none",
    summary.source,
    grouped(summary.series),
    pointsCell(summary),
    grouped(summary.reproduced),
    largestCell(summary),
    summary.tolerance === 0 ? "0" : summary.tolerance.toExponential(0),
    summary.deviations.size === 0 ? "" : "yes",
  ]);
  const header = ["Indicator", "Outputs", "Source", "Series", "Points", "Reproduced"];
  return markdownTable([...header, "Largest difference", "Tolerance", "Deviates"], rows);
}

function pointsCell({ points, noisy }: SourceSummary): string {
  return noisy === 0 ? grouped(points) : `${grouped(points)}, ${noisy} of them noise`;
}

function largestCell({ points, largest }: SourceSummary): string {
  if (points === 0) return "none";
  return largest === 0 ? "0" : largest.toExponential(1);
}

const DEVIATIONS_HEAD = section(
  "## Deviations",
  "Where ours differs on purpose. Noise: a spread of a few ticks comes out of seed-parity's",
  "running sums with few digits; there the variance behind its value is compared.",
);

function deviations(summaries: readonly SourceSummary[]): string {
  return summaries
    .flatMap(({ id, source, series, deviations: found }) =>
      [...found].map(([reason, count]) => {
        const which = count === series ? "" : ` (${count} of ${series} series)`;
        return `- \`${id}\`, ${source}${which}: ${reason}`;
      }),
    )
    .join("\n");
}

const WITHOUT_HEAD = "## Without outside truth";

function withoutTruth(): string {
  const lines = Object.entries(WITHOUT_OUTSIDE_TRUTH).flatMap(([id, outputs]) =>
    Object.entries(outputs).map(([output, reason]) => `- \`${id}\` ${output}: ${reason}`),
  );
  return lines.length === 0 ? "None." : lines.join("\n");
}

const OTHERWISE = section(
  "## What holds for every indicator",
  "`test/core/indicators/conformance.test.ts` walks the registry: the warm-up is exact, later bars",
  "change no earlier value, after a hole everything starts as at a beginning, constant prices give",
  "what is listed there, a parameter changes the outputs that name it and no other.",
  "`test/core/indicators/quiet-markets.test.ts` does so with markets that stand still, leap",
  "without a range and have no volume, and with a single bar: values are finite, or undefined for",
  "a reason that the indicator names.",
);

/** A heading and its text; the words of the text in one line. */
function section(heading: string, ...words: readonly string[]): string {
  return `${heading}\n\n${words.join(" ")}`;
}

function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), `|${"---|".repeat(head.length)}`, ...rows.map(line)].join("\n");
}

/** Registry order, then the order of the sources. */
function inOrder(summaries: readonly SourceSummary[]): SourceSummary[] {
  return INDICATORS.flatMap(({ id }) =>
    SOURCES.flatMap((source) =>
      summaries.filter((summary) => summary.id === id && summary.source === source),
    ),
  );
}

function grouped(count: number): string {
  return count.toLocaleString("en-US");
}
