import { HitRoom } from "./hit-room.ts";

/**
 * First hits of one pair of a stop and a trailing stop, a trade each: the earlier of the two. On
 * one bar it is the nearer level, which fills at the better price and so has the larger factor.
 */
export class StopPair {
  readonly hits: HitRoom;
  /** Number of the pair whose hits are there. */
  pair = -1;

  /** `trades`: no variant has more. */
  constructor(trades: number) {
    this.hits = new HitRoom(trades);
  }

  /** Takes so many hits of both from rows of `room`. */
  merge(pair: number, room: HitRoom, stopRow: number, trailRow: number, trades: number): void {
    this.pair = pair;
    const { exit, factor } = room;
    for (let i = 0; i < trades; i++) {
      const [s, r] = [stopRow + i, trailRow + i];
      const lag = exit[s] - exit[r];
      const first = lag < 0 || (lag === 0 && factor[s] >= factor[r]) ? s : r;
      this.hits.exit[i] = exit[first];
      this.hits.factor[i] = factor[first];
    }
  }
}
