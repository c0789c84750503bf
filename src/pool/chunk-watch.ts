import { Ranking } from "../core/stages/ranking.ts";
import type { ChunkProgress, ChunkTask, RunChunkOptions } from "./task.ts";

const DEFAULT_PROGRESS_MS = 250;

/**
 * What a chunk's listener hears. Progress never goes back: when a thread dies and the chunk begins
 * anew, the numbers stay until they have been reached again.
 */
export class ChunkWatch {
  readonly #ranking: Ranking;
  readonly #onProgress: (progress: ChunkProgress) => void;
  readonly #everyMs: number;
  #timer: NodeJS.Timeout | undefined;
  #scored = 0;
  #best: Float64Array | null = null;

  constructor(task: ChunkTask, options: RunChunkOptions) {
    this.#ranking = new Ranking(task.sweep.ranking);
    this.#onProgress = options.onProgress ?? (() => {});
    this.#everyMs =
      options.onProgress === undefined ? 0 : (options.progressMs ?? DEFAULT_PROGRESS_MS);
  }

  /** Reports now and then; `scored` reads the attempt's counter. */
  begin(scored: () => number): void {
    if (this.#everyMs > 0) this.#timer = setInterval(() => this.report(scored()), this.#everyMs);
  }

  end(): void {
    clearInterval(this.#timer);
  }

  offer(row: Float64Array): void {
    if (this.#best === null || this.#ranking.before(row, 0, this.#best, 0)) this.#best = row;
  }

  report(scored: number): void {
    this.#scored = Math.max(this.#scored, scored);
    this.#onProgress({ scored: this.#scored, best: this.#best });
  }
}
