/** A first hit is a bar and a factor. */
export const HIT_BYTES = 12;

/**
 * Hits that one thread keeps of a risk grid. Where all levels of all trades are more, levels are
 * taken in parts, and found anew for each part.
 */
export const MOST_HITS = Math.floor((32 * 1024 * 1024) / HIT_BYTES);

/** One row of each kind: a stop, a trailing stop, a target. */
const LEAST_ROWS = 3;
/** Share of the room that targets have, which are walked through for each pair of stops. */
const TARGET_SHARE = 3 / 4;

/** Levels of each kind of a risk grid, or how many of them are kept at a time. */
export interface LevelCounts {
  readonly stops: number;
  /** 0 where nothing trails. */
  readonly trails: number;
  readonly targets: number;
}

/** Hits that there is room for; each bar may be a trade. */
export function roomHits({ stops, trails, targets }: LevelCounts, bars: number, most = MOST_HITS) {
  return Math.min((stops + trails + targets) * bars, Math.max(most, LEAST_ROWS * bars));
}

/** Levels that are kept at a time for so many trades: all where there is room for `hits`. */
export function keptLevels(levels: LevelCounts, trades: number, hits: number): LevelCounts {
  if ((levels.stops + levels.trails + levels.targets) * trades <= hits) return levels;
  const rows = Math.floor(hits / trades);
  const share = Math.max(rows * TARGET_SHARE, rows - levels.stops - levels.trails);
  const targets = within(levels.targets, Math.min(share, rows - LEAST_ROWS + 1));
  const trails = within(levels.trails, (rows - targets) / 2);
  return { stops: within(levels.stops, rows - targets - trails), trails, targets };
}

function within(levels: number, rows: number): number {
  return Math.min(levels, Math.max(1, Math.floor(rows)));
}

/** First hits of levels, a row of trades each: exits and factors. */
export class HitRoom {
  readonly exit: Int32Array;
  readonly factor: Float64Array;

  constructor(hits: number) {
    this.exit = new Int32Array(hits);
    this.factor = new Float64Array(hits);
  }

  /** Bytes that are taken. */
  get bytes(): number {
    return this.exit.byteLength + this.factor.byteLength;
  }
}
