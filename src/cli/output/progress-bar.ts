import type cliProgress from "cli-progress";
import type { ProgressView } from "../run-view.ts";
import { formatCount, formatDuration, formatRate } from "./format.ts";
import { bestText, progressLine, stageTitle } from "./progress-text.ts";
import { terminalBar } from "./terminal-bar.ts";

/** Shows a run's progress: a bar on a terminal, plain lines anywhere else. */
export interface ProgressDisplay {
  show(progress: ProgressView): void;
  /** Leaves the last state on screen. */
  stop(): void;
}

const LINE_EVERY_MS = 1_000;

/** `metric` is the one the run ranks by first; the best so far is shown by it. */
export function progressDisplay(stream: NodeJS.WriteStream, metric: string): ProgressDisplay {
  return stream.isTTY ? new BarDisplay(stream, metric) : new LineDisplay(stream, metric);
}

/** One bar a stage, so that a finished stage stays readable. */
class BarDisplay implements ProgressDisplay {
  readonly #stream: NodeJS.WriteStream;
  readonly #metric: string;
  #bar: cliProgress.SingleBar | null = null;
  #stage = "";

  constructor(stream: NodeJS.WriteStream, metric: string) {
    this.#stream = stream;
    this.#metric = metric;
  }

  show(progress: ProgressView): void {
    if (progress.state === "QUEUED") return;
    if (this.#bar === null || progress.stage !== this.#stage) this.#begin(progress);
    this.#bar?.setTotal(progress.total);
    this.#bar?.update(progress.done, payload(progress, this.#metric));
  }

  stop(): void {
    this.#bar?.stop();
    this.#bar = null;
  }

  #begin(progress: ProgressView): void {
    const previous = this.#bar;
    this.#stage = progress.stage;
    // Finalizing repeats the numbers of Stage B: no bar of its own.
    if (progress.stage === "FINALIZING" && previous !== null) return;
    if (previous !== null) {
      // The event that ended the stage was the first of the next one.
      previous.update(previous.getTotal());
      previous.stop();
    }
    this.#bar = terminalBar(
      this.#stream,
      "{stage} {bar} {percentage} %  {counts}  {rate}  ETA {remaining}  best: {best}",
    );
    const stage = stageTitle(progress.stage);
    this.#bar.start(progress.total, progress.done, { stage, ...payload(progress, this.#metric) });
  }
}

class LineDisplay implements ProgressDisplay {
  readonly #stream: NodeJS.WriteStream;
  readonly #metric: string;
  #lastAtMs = Number.NEGATIVE_INFINITY;
  #stage = "";
  #held: string | null = null;

  constructor(stream: NodeJS.WriteStream, metric: string) {
    this.#stream = stream;
    this.#metric = metric;
  }

  show(progress: ProgressView): void {
    // Finalizing repeats the numbers of Stage B: no line of its own.
    const stage = progress.stage === "FINALIZING" ? this.#stage : progress.stage;
    const line = progressLine({ ...progress, stage }, this.#metric);
    const nowMs = performance.now();
    if (stage === this.#stage && nowMs - this.#lastAtMs < LINE_EVERY_MS) {
      this.#held = line;
      return;
    }
    // The last state of a stage is never lost, however fast the stage was.
    if (stage !== this.#stage) this.stop();
    this.#held = null;
    this.#stage = stage;
    this.#lastAtMs = nowMs;
    this.#stream.write(`${line}\n`);
  }

  stop(): void {
    if (this.#held !== null) this.#stream.write(`${this.#held}\n`);
    this.#held = null;
  }
}

function payload(progress: ProgressView, metric: string) {
  return {
    // Finalizing goes on in the bar of the stage before it.
    ...(progress.stage === "FINALIZING" ? {} : { stage: stageTitle(progress.stage) }),
    counts: `${formatCount(progress.done)}/${formatCount(progress.total)}`,
    rate: formatRate(progress.variantsPerSecond),
    remaining: formatDuration(progress.etaSeconds),
    best: bestText(progress.best, metric),
  };
}
