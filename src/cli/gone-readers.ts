import type { Writable } from "node:stream";

const unread = new WeakSet<Writable>();

/**
 * Lets the process outlive whoever reads what it prints, as `head` ends once it has enough: from
 * then on what is printed goes nowhere, and the command goes on to its end. To be called once.
 */
export function outliveReaders(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
      unread.add(stream);
    });
  }
}

/** Whether nobody reads any longer what is written to it. */
export function isUnread(stream: Writable): boolean {
  return unread.has(stream);
}
