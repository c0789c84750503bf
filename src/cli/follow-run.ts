import type { RunEvent, RunRecord, Store } from "../app.ts";

const EVENTS_AT_ONCE = 200;
/** Should a notification get lost, the store is looked at anyway. */
const RECHECK_MS = 1_000;

/** Calls back with every event of a run, in order, and answers with the run once it has ended. */
export async function followRun(
  store: Store,
  runId: string,
  onEvent: (event: RunEvent) => void,
): Promise<RunRecord> {
  let wake = () => {};
  const unsubscribe = store.onRunChanged((changed) => {
    if (changed === runId) wake();
  });
  try {
    for (let seq = 0; ; ) {
      // Made before reading, so that a change during the reading is not missed.
      const { promise, resolve } = Promise.withResolvers<void>();
      wake = resolve;
      const events = await store.events(runId, seq, EVENTS_AT_ONCE);
      for (const event of events) onEvent(event);
      seq = events.at(-1)?.seq ?? seq;
      const run = await endedAt(store, runId, seq);
      if (run !== null) return run;
      if (events.length === EVENTS_AT_ONCE) continue;
      const timer = setTimeout(resolve, RECHECK_MS);
      await promise;
      clearTimeout(timer);
    }
  } finally {
    unsubscribe();
  }
}

/** The run when it has ended and its last event is `seq`. */
async function endedAt(store: Store, runId: string, seq: number): Promise<RunRecord | null> {
  const run = await store.run(runId);
  if (run === null) throw new Error(`run ${runId} is gone`);
  return run.finishedAt !== null && run.lastSeq <= seq ? run : null;
}
