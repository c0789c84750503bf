/**
 * What a variant carries from one block of bars to the next, at offsets from its own room. Batches that watch nothing
 * have room for the first part only.
 */
export const AVAILABLE: usize = 0;
/** Close at the last flip. */
export const ENTRY_PRICE: usize = 8;
/** Bar of the last flip, and the signal since then. */
export const ENTRY_BAR: usize = 16; // i32
export const SIGNAL: usize = 20; // i32
export const SAFE: usize = 24;
export const BASIC_BYTES: usize = 32;
export const TRADE_COUNT: usize = 32; // i32
export const WINS: usize = 36; // i32
export const GROSS_PROFIT: usize = 40;
export const GROSS_LOSS: usize = 48;
export const RETURN_SUM: usize = 56;
export const PEAK: usize = 64;
export const DEEPEST: usize = 72;
/** Lowest close since the last flip, and the highest one negated. */
export const EXTREMES: usize = 80; // f64x2
export const LAST_EQUITY: usize = 96;
/** Equity at the end of the first day. */
export const FIRST_EQUITY: usize = 104;
export const DAILY_SUM: usize = 112;
export const DOWNSIDE_SUM: usize = 120;
export const CHANGED: usize = 128; // i32
export const NEXT_DAY: usize = 132; // i32
export const BROKEN: usize = 136; // i32
export const WATCHED_BYTES: usize = 144;

// Signals.
export const NEUTRAL: i32 = 0;
/** The sides in the order of the rules: the one on which a plane is set, and the other one. */
export const FIRST: i32 = 1;
export const SECOND: i32 = 2;
/** Trades no more. */
export const RUINED: i32 = 3;
