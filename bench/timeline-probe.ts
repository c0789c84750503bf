/**
 * Loaded into a server beside its own code (`--import`): writes what the embedded database's thread
 * and the main thread were at into the file TIMELINE, a span each; see timeline.ts.
 */
import { appendFileSync } from "node:fs";
import { PerformanceObserver } from "node:perf_hooks";
import { isMainThread, workerData } from "node:worker_threads";
import type { Span } from "./timeline.ts";

const [LOOK_MS, LATE_MS, WRITE_MS] = [2, 8, 500];
const TEXT_CHARS = 70;
const path = process.env.TIMELINE;

/** The same in all threads and processes. */
const now = () => performance.timeOrigin + performance.now();
const cpuMs = (before: NodeJS.CpuUsage) => {
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1_000;
};

if (path !== undefined && isMainThread) watchMain(spanWriter(path));
else if (path !== undefined && workerData?.held !== undefined) await watchEngine(spanWriter(path));

function spanWriter(file: string): (span: Span) => void {
  const lines: string[] = [];
  setInterval(() => {
    if (lines.length > 0) appendFileSync(file, lines.splice(0).join(""));
  }, WRITE_MS).unref();
  return (span) => lines.push(`${JSON.stringify(span)}\n`);
}

function watchMain(write: (span: Span) => void): void {
  let [last, before] = [now(), process.threadCpuUsage()];
  setInterval(() => {
    const ms = now() - last - LOOK_MS;
    const held = { of: "main", what: "held", from: last + LOOK_MS, ms } as const;
    if (ms > LATE_MS) write({ ...held, cpuMs: cpuMs(before) });
    [last, before] = [now(), process.threadCpuUsage()];
  }, LOOK_MS).unref();
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const { kind } = (entry as typeof entry & { readonly detail: { readonly kind: number } })
        .detail;
      const from = performance.timeOrigin + entry.startTime;
      write({ of: "gc", what: `kind ${kind}`, from, ms: entry.duration });
    }
  }).observe({ entryTypes: ["gc"] });
}

async function watchEngine(write: (span: Span) => void): Promise<void> {
  const { PGlite } = await import("@electric-sql/pglite");
  const { execProtocolRawStream } = PGlite.prototype;
  PGlite.prototype.execProtocolRawStream = async function (messages, options) {
    const [from, before] = [now(), process.threadCpuUsage()];
    const asked = { of: "engine", what: textsOf(messages), bytes: messages.byteLength } as const;
    await execProtocolRawStream.call(this, messages, options);
    write({ ...asked, from, ms: now() - from, cpuMs: cpuMs(before) });
  };
}

/** The beginnings of the statements in messages of PostgreSQL's protocol. */
function textsOf(messages: Uint8Array): string {
  const bytes = Buffer.from(messages.buffer, messages.byteOffset, messages.byteLength);
  const texts: string[] = [];
  for (let at = 0; at + 5 <= bytes.length; at += 1 + bytes.readUInt32BE(at + 1)) {
    const kind = String.fromCharCode(bytes[at]!);
    // A statement's name and text, or its text alone; a client's first message is of no kind.
    const from = kind === "P" ? bytes.indexOf(0, at + 5) + 1 : at + 5;
    if (kind < "A") break;
    if (kind !== "P" && kind !== "Q") continue;
    const text = bytes.toString("utf8", from, bytes.indexOf(0, from));
    texts.push(text.trim().replace(/\s+/g, " ").slice(0, TEXT_CHARS));
  }
  return texts.join("; ");
}
