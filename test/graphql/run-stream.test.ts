import fc from "fast-check";
import { GraphQLError } from "graphql";
import { describe, expect, it } from "vitest";
import { ProgressHub } from "../../src/graphql/progress/progress-hub.ts";
import { openRunStream, type RunStream } from "../../src/graphql/progress/run-stream.ts";
import { EventLog } from "./event-log.ts";

async function seqsOf(stream: RunStream): Promise<string[]> {
  const seen: string[] = [];
  for await (const event of stream) {
    if (event instanceof GraphQLError) seen.push(String(event.extensions.code));
    else seen.push(`${event.kind} ${event.seq}`);
  }
  return seen;
}

async function nextSeq(stream: RunStream): Promise<number> {
  const { value } = await stream.next();
  return (value as { seq: number }).seq;
}

describe("a run followed", () => {
  it("starts with a snapshot, then gives every event once, and ends with the run", async () => {
    const log = new EventLog("r");
    log.progress(3);
    const stream = await openRunStream(new ProgressHub(log), "r", null);
    const seen = seqsOf(stream);
    log.progress(2);
    log.append("SUCCEEDED", "SUCCEEDED");
    expect(await seen).toEqual(["SNAPSHOT 4", "PROGRESS 5", "PROGRESS 6", "SUCCEEDED 7"]);
  });

  it("resumes after a seq with all that came since, far more than a page", async () => {
    const log = new EventLog("r");
    log.progress(700);
    log.append("CANCELLED", "CANCELLED");
    const seen = await seqsOf(await openRunStream(new ProgressHub(log), "r", 2));
    expect(seen).toHaveLength(700);
    expect(seen[0]).toBe("PROGRESS 3");
    expect(seen.at(-1)).toBe("CANCELLED 702");
  });

  it("ends at once when the reader has seen the end, or with a snapshot of it", async () => {
    const log = new EventLog("r");
    log.append("FAILED", "FAILED");
    const hub = new ProgressHub(log);
    expect(await seqsOf(await openRunStream(hub, "r", 2))).toEqual([]);
    expect(await seqsOf(await openRunStream(hub, "r", null))).toEqual(["SNAPSHOT 2"]);
    expect(hub.followedRuns).toBe(0);
  });

  it("goes on through an earlier end when the run was retried", async () => {
    const log = new EventLog("r");
    log.append("FAILED", "FAILED");
    log.append("RETRIED", "QUEUED");
    const seen = seqsOf(await openRunStream(new ProgressHub(log), "r", 0));
    await new Promise((resolve) => setTimeout(resolve, 5));
    log.append("SUCCEEDED", "SUCCEEDED");
    expect(await seen).toEqual(["QUEUED 1", "FAILED 2", "RETRIED 3", "SUCCEEDED 4"]);
  });

  it("refuses a run that does not exist and a seq it never had", async () => {
    const log = new EventLog("r");
    const hub = new ProgressHub(log);
    await expect(openRunStream(hub, "other", null)).rejects.toMatchObject({ code: "NOT_FOUND" });
    for (const after of [-1, 2]) {
      const refusal = { code: "VALIDATION", complaints: [{ path: "after", bound: "0..1" }] };
      await expect(openRunStream(hub, "r", after)).rejects.toMatchObject(refusal);
    }
    expect(hub.followedRuns).toBe(0);
  });

  it("tells a reader of the end of the run it waits for, and one that is behind", async () => {
    const log = new EventLog("r");
    const hub = new ProgressHub(log);
    const waits = seqsOf(await openRunStream(hub, "r", 1));
    await new Promise((resolve) => setTimeout(resolve, 5));
    log.append("CANCELLED", "CANCELLED", false);
    const behind = await openRunStream(new ProgressHub(log), "r", 0);
    log.delete();
    expect(await waits).toEqual(["NOT_FOUND"]);
    const before = log.queries;
    expect(await seqsOf(behind)).toEqual(["NOT_FOUND"]);
    expect(log.queries - before).toBeLessThanOrEqual(2);
    expect(hub.followedRuns).toBe(0);
  });

  it("costs one query a change, however many follow", async () => {
    const log = new EventLog("r");
    const hub = new ProgressHub(log);
    const readers = await Promise.all(Array.from({ length: 50 }, () => openRunStream(hub, "r", 1)));
    const before = log.queries;
    for (let seq = 2; seq < 12; seq++) {
      const pulled = readers.map(nextSeq);
      log.progress();
      expect(await Promise.all(pulled)).toEqual(readers.map(() => seq));
    }
    expect(log.queries - before).toBe(10);
    await Promise.all(readers.map((reader) => reader.return()));
    expect(hub.followedRuns).toBe(0);
  });

  it("gives a slow reader the newest progress only, and every other event", async () => {
    const log = new EventLog("r");
    const stream = await openRunStream(new ProgressHub(log), "r", 1);
    const first = stream.next();
    log.progress(1);
    await first;
    log.progress(100);
    log.append("STAGE", "RUNNING");
    log.progress(100);
    log.append("SUCCEEDED", "SUCCEEDED");
    await new Promise((resolve) => setTimeout(resolve, 5));
    const seen = await seqsOf(stream);
    expect(seen.filter((line) => !line.startsWith("PROGRESS"))).toEqual([
      "STAGE 103",
      "SUCCEEDED 204",
    ]);
    expect(seen.length).toBeLessThan(10);
  });

  it("can be left while it waits, before the first pull, and twice", async () => {
    const log = new EventLog("r");
    const hub = new ProgressHub(log);
    const waiting = await openRunStream(hub, "r", 1);
    const pull = waiting.next();
    await waiting.return();
    expect(await pull).toEqual({ done: true, value: undefined });
    await waiting.return();
    await (await openRunStream(hub, "r", null)).return();
    expect(hub.followedRuns).toBe(0);
  });

  it("tells readers that the server goes, with the seq to resume from", async () => {
    const log = new EventLog("r");
    const hub = new ProgressHub(log);
    const stream = await openRunStream(hub, "r", null);
    const seen = seqsOf(stream);
    log.progress();
    await new Promise((resolve) => setTimeout(resolve, 5));
    hub.close();
    await hub.whenIdle(1_000);
    expect(await seen).toEqual(["SNAPSHOT 1", "PROGRESS 2", "GOING_AWAY"]);
    const resumed = await openRunStream(new ProgressHub(log), "r", 2);
    log.append("SUCCEEDED", "SUCCEEDED");
    expect(await seqsOf(resumed)).toEqual(["SUCCEEDED 3"]);
  });

  it("finds a change whose notification was lost", async () => {
    const log = new EventLog("r");
    const hub = new ProgressHub(log, { recheckMs: 10 });
    const stream = await openRunStream(hub, "r", 1);
    log.append("SUCCEEDED", "SUCCEEDED", false);
    expect(await seqsOf(stream)).toEqual(["SUCCEEDED 2"]);
  });

  it("passes a fault of the store on, and the next subscription works", async () => {
    const log = new EventLog("r");
    const hub = new ProgressHub(log);
    const stream = await openRunStream(hub, "r", 1);
    const pull = stream.next();
    log.fault = new Error("the database is gone");
    log.progress();
    await expect(pull).rejects.toThrow("the database is gone");
    expect(hub.followedRuns).toBe(0);
    log.fault = null;
    expect(await nextSeq(await openRunStream(hub, "r", 1))).toBe(2);
    hub.close();
  });

  it("never has a gap or a repeat, whatever the timing", async () => {
    const step = fc.constantFrom("progress", "burst", "stage", "pause", "subscribe", "leave");
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 5, maxLength: 60 }),
        fc.array(fc.nat(3), { minLength: 8, maxLength: 8 }),
        async (steps, delays) => {
          let turn = 0;
          const delay = async () => {
            for (let i = delays[turn++ % delays.length]; i > 0; i--) await tick();
          };
          await followEverything(steps, delay);
        },
      ),
      { numRuns: 150 },
    );
  });
});

const tick = () => new Promise<void>((resolve) => setImmediate(resolve));

/**
 * Runs a script of appends and subscriptions; every reader must see a contiguous run of what it
 * asked for.
 */
async function followEverything(steps: readonly string[], delay: () => Promise<void>) {
  const log = new EventLog("r", delay);
  const hub = new ProgressHub(log);
  const readers: Promise<void>[] = [];
  for (const step of steps) {
    if (step === "progress") log.progress();
    if (step === "burst") log.progress(5);
    if (step === "stage") log.append("STAGE", "RUNNING");
    if (step === "pause") await tick();
    if (step === "leave") await (await openRunStream(hub, "r", null)).return();
    if (step === "subscribe") readers.push(follow(hub, log, readers.length));
  }
  log.append("SUCCEEDED", "SUCCEEDED");
  await Promise.all(readers);
  expect(hub.followedRuns).toBe(0);
}

async function follow(hub: ProgressHub, log: EventLog, reader: number): Promise<void> {
  const after = reader % 2 === 0 ? null : Math.floor(log.stored.length / 2);
  const stream = await openRunStream(hub, "r", after);
  const seen = [];
  for await (const event of stream) {
    if (event instanceof GraphQLError) throw event;
    seen.push(event);
  }
  const [first] = seen;
  if (after === null) expect(first.kind).toBe("SNAPSHOT");
  else expect(first.seq).toBe(after + 1);
  expect(seen[seen.length - 1].state).toBe("SUCCEEDED");
  const wanted = log.stored.filter((e) => e.seq >= first.seq).map((e) => e.seq);
  const got = seen.map((event) => event.seq);
  expect(got).toEqual([...new Set(got)].sort((a, b) => a - b));
  const left = wanted.filter((seq) => !got.includes(seq)).map((seq) => log.stored[seq - 1].kind);
  expect(left.filter((kind) => kind !== "PROGRESS")).toEqual([]);
  if (wanted.length <= 16) expect(got).toEqual(wanted);
}
