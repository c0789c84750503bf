import { createNiceness, setNiceness } from "./niceness.ts";
import {
  createPermits,
  limitPermits,
  permitLimit,
  takeBackPermits,
  type UrgentLimit,
} from "./permits.ts";

/** What a thread of the pool follows, in memory that all of them share. */
export interface ReinWords {
  /** How many may score, see permits.ts. */
  readonly permits: Int32Array;
  /** How urgent they are, see niceness.ts. */
  readonly niceness: Int32Array;
}

/** How hard the threads of a pool may work; it never changes what they find. */
export class Reins {
  readonly words: ReinWords;

  constructor(size: number) {
    this.words = { permits: createPermits(size), niceness: createNiceness() };
  }

  /** Threads that may score at a time. */
  get allowed(): number {
    return permitLimit(this.words.permits);
  }

  /**
   * From 0 to all. Threads over it stop at the end of their slice and go on later, where they were.
   * Reports are answered all the same, and what is urgent has a limit of its own.
   */
  allow(threads: number, urgent?: UrgentLimit): void {
    limitPermits(this.words.permits, threads, urgent);
  }

  /** How far threads stand behind the rest of the process: 0 to 19, as the system counts. */
  makeNice(nice: number): void {
    setNiceness(this.words.niceness, nice);
  }

  /** What a thread had that is gone. */
  takeBack(threadNo: number): void {
    takeBackPermits(this.words.permits, threadNo);
  }
}
