import type { StrategyCheck } from "../../app.ts";
import { formatCount } from "./format.ts";
import { renderTable } from "./table.ts";

/** Indicators of the warm-up that are printed. */
const MAX_NEEDS = 10;

/** Both checks of a strategy for a person. */
export function checkText({ lookahead, warmup }: StrategyCheck): string {
  return [...lookaheadLines(lookahead), "", ...warmupLines(warmup)].join("\n");
}

function lookaheadLines(report: StrategyCheck["lookahead"]): string[] {
  const { passed, seed, variants, cuts, comparedBars, sidedBars, findings } = report;
  const verdict = passed ? "none found" : "FOUND: the strategy knows the future";
  const seen =
    `${formatCount(comparedBars)} signals of ${variants} variants after ${cuts} cuts, ` +
    `${formatCount(sidedBars)} of them long or short (seed ${seed})`;
  const lines = [`look-ahead  ${verdict}`, `compared    ${seen}`];
  if (sidedBars === 0) lines.push("note        no signal was seen, so this says little");
  if (findings.length === 0) return lines;
  const columns = ["what moved", "variant", "future", "known up to", "moved at"];
  const rows = findings.map(({ what, output, variantIndex, future, lastKnownMs, movedMs }) => [
    output === "" ? what.toLowerCase() : output,
    String(variantIndex),
    future.toLowerCase(),
    new Date(lastKnownMs).toISOString(),
    new Date(movedMs).toISOString(),
  ]);
  return [...lines, "", renderTable(columns.map(leftAligned), rows)];
}

function warmupLines({ passed, warmupBars, bars, needs }: StrategyCheck["warmup"]): string[] {
  const most = needs[0]?.settledBars;
  const until = most === null ? "some values never do" : `it takes ${formatCount(most ?? 0)}`;
  const verdict = passed ? "enough" : `SHORT: ${until} to forget where the candles begin`;
  const lines = [
    `warm-up     ${formatCount(warmupBars)} bars: ${verdict}`,
    `looked at   ${formatCount(bars)} bars, ${needs.length} outputs of sampled variants`,
  ];
  if (needs.length === 0) return lines;
  const rows = needs
    .slice(0, MAX_NEEDS)
    .map(({ indicator, params, output, undefinedBars, settledBars }) => [
      `${indicator}.${output}`,
      Object.entries(params)
        .map(([name, value]) => `${name}=${value}`)
        .join(" "),
      String(undefinedBars),
      settledBars === null ? "never" : String(settledBars),
    ]);
  const columns = ["output", "parameters"].map(leftAligned);
  const numbers = ["undefined", "settled after"].map((title) => ({ ...leftAligned(title), align }));
  return [...lines, "", renderTable([...columns, ...numbers], rows)];
}

const align = "right" as const;

function leftAligned(title: string) {
  return { title, align: "left" as const };
}
