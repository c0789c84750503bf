import { setImmediate as turn } from "node:timers/promises";
import type { PGlite } from "@electric-sql/pglite";

/** Statements may take the event loop for so long before others get it. */
const BUSY_MS = 8;

/**
 * The embedded database computes on the main thread, and every step of a transaction follows the
 * one before without a turn of the event loop: a checkpoint would hold up all answers for as long
 * as it takes. Between two messages of its protocol everybody else gets a turn.
 */
export function letOthersThrough(client: PGlite): void {
  const send = client.execProtocolStream.bind(client);
  let turnedMs = 0;
  client.execProtocolStream = async (...message) => {
    if (performance.now() - turnedMs > BUSY_MS) {
      await turn();
      turnedMs = performance.now();
    }
    return send(...message);
  };
}
