import { type Timeframe, timeframeMs } from "../core/series/timeframe.ts";
import type { ExchangeBar, ExchangeFeed } from "./exchange.ts";

/** What an import from a market has to know to fetch its bars page by page. */
export interface PageRange {
  readonly sinceMs: number;
  /** Bars that open at this time or later are left out. */
  readonly untilMs: number;
  readonly timeframe: Timeframe;
}

/**
 * Pages of bars of a range, each bar once and in order. A bar that has not closed yet is left to a
 * later import. An empty answer is skipped over: exchanges answer so before a listing and in long
 * gaps. Ends at the range's end or at the present.
 */
export async function* exchangePages(
  feed: ExchangeFeed,
  range: PageRange,
  nowMs: () => number,
): AsyncGenerator<readonly ExchangeBar[]> {
  const barMs = timeframeMs(range.timeframe);
  let cursor = range.sinceMs;
  while (cursor < range.untilMs && cursor + barMs <= nowMs()) {
    const answer = await feed.page(cursor);
    const lastOpenMs = Math.min(range.untilMs - 1, nowMs() - barMs);
    const page = inOrder(answer, cursor, lastOpenMs);
    if (page.length > 0) yield page;
    const last = page.at(-1)?.[0];
    cursor = last === undefined ? cursor + feed.pageBars * barMs : last + barMs;
  }
}

function inOrder(
  bars: readonly ExchangeBar[],
  fromMs: number,
  lastMs: number,
): readonly ExchangeBar[] {
  const wanted = bars.filter(([time]) => time >= fromMs && time <= lastMs);
  return wanted
    .toSorted((a, b) => a[0] - b[0])
    .filter((bar, at, all) => at === 0 || bar[0] !== all[at - 1][0]);
}
