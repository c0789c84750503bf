import { AnswerErrors, type ApiClient, ConnectionLost } from "./api-client.ts";
import { type RunProgressData, runProgress } from "./operations/run-progress.ts";

export type ProgressEvent = RunProgressData["runProgress"];

export interface FollowOptions {
  /** Seq of the last event seen; a snapshot comes first when left out. */
  readonly after?: number;
  readonly signal?: AbortSignal;
  /** Connections in a row that may bring nothing before it is given up. */
  readonly maxAttempts?: number;
  /** Wait after the first of them; doubled with each, `maxWaitMs` at most. */
  readonly waitMs?: number;
  readonly maxWaitMs?: number;
}

/** Codes of a stream that another connection would have gone on with. */
const PASSING = new Set(["GOING_AWAY", "DATABASE_UNAVAILABLE", "INTERNAL_SERVER_ERROR"]);

/**
 * Follows a run to its end, over as many connections as it takes: when one is lost the next begins
 * after the last event seen, so there is neither a gap nor a repeat. Throws AnswerErrors for what
 * another connection would not mend, such as an unknown run.
 */
export async function* followRun(
  client: ApiClient,
  id: string,
  options: FollowOptions = {},
): AsyncGenerator<ProgressEvent> {
  const { signal, maxAttempts = 10, waitMs = 200, maxWaitMs = 5_000 } = options;
  let after = options.after ?? null;
  for (let attempt = 1; ; attempt++) {
    try {
      for await (const answer of client.subscribe(runProgress, { id, after }, signal)) {
        const event = answer.runProgress;
        attempt = 0;
        after = event.seq;
        yield event;
      }
      return;
    } catch (error) {
      if (signal?.aborted) return;
      if (!isPassing(error) || attempt >= maxAttempts) throw error;
    }
    await pause(Math.min(waitMs * 2 ** Math.max(0, attempt - 1), maxWaitMs), signal);
  }
}

function isPassing(error: unknown): boolean {
  if (error instanceof AnswerErrors) return PASSING.has(error.code ?? "");
  // From 4400 on it is what this client said that does not please.
  return !(error instanceof ConnectionLost && error.code >= 4400 && error.code < 4500);
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener(
      "abort",
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}
