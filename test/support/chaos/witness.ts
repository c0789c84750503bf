import { setTimeout as sleep } from "node:timers/promises";
import { createClient } from "graphql-ws";

const FOLLOW = `subscription ($id: ID!, $after: Int) {
  runProgress(id: $id, after: $after) { seq kind state stage done total }
}`;
const RECONNECT_MS = 50;

export interface SeenEvent {
  readonly seq: number;
  readonly kind: string;
  readonly state: string;
}

interface Answer {
  readonly data?: { readonly runProgress: SeenEvent } | null;
}

/**
 * A subscriber that outlives its server: whenever the connection is gone it comes back with the seq
 * of the last event it has seen. Resolves with all it has seen once the run has ended.
 */
export async function witness(
  url: string,
  runId: string,
  signal: AbortSignal,
): Promise<{ readonly events: readonly SeenEvent[]; readonly connections: number }> {
  const events: SeenEvent[] = [];
  let connections = 0;
  while (!hasEnded(events) && !signal.aborted) {
    const client = createClient({ url, retryAttempts: 0, lazy: true });
    connections++;
    const variables = { id: `Run_${runId}`, after: events.at(-1)?.seq ?? 0 };
    try {
      for await (const answer of client.iterate({ query: FOLLOW, variables })) {
        const event = (answer as Answer).data?.runProgress;
        if (event !== undefined) events.push(event);
      }
    } catch {
      // The server is gone, or its database is: both come back.
    }
    await client.dispose();
    if (!hasEnded(events)) await sleep(RECONNECT_MS);
  }
  return { events, connections };
}

function hasEnded(events: readonly SeenEvent[]): boolean {
  const last = events.at(-1)?.kind ?? "";
  return ["SUCCEEDED", "FAILED", "CANCELLED", "TIMED_OUT"].includes(last);
}
