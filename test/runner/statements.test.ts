import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { POSTGRES } from "../support/databases.ts";
import {
  ended,
  importSample,
  openService,
  type ServiceUnderTest,
  smallRequest,
} from "../support/service-under-test.ts";

let first: ServiceUnderTest;
let second: ServiceUnderTest;
let drop: () => Promise<void>;
const statements: string[] = [];
const INSERTS_RESULTS = /finish_run\(/;
const { query } = pg.Client.prototype;

beforeAll(async () => {
  const made = await POSTGRES.create();
  drop = made.drop;
  first = await openService(made.location, { workers: 1 });
  second = await openService(made.location, { workers: 1 });
  await importSample(first);
  // Every statement of this process, whoever sends it: store, queue and listener.
  pg.Client.prototype.query = function (this: pg.Client, ...args: unknown[]) {
    const [what] = args as [string | { readonly text: string }];
    statements.push(typeof what === "string" ? what : what.text);
    return Reflect.apply(query, this, args);
  } as typeof query;
});

afterAll(async () => {
  pg.Client.prototype.query = query;
  await first?.close();
  await second?.close();
  await drop?.();
});

/** Of a run of 100 chunks on both processes. */
async function statementsOfRun(): Promise<string[]> {
  statements.length = 0;
  const request = { ...smallRequest({ chunkVariants: 60 }), preselect: 190 };
  const { run } = await first.runs.startRun(request, null);
  // Without asking: whoever follows the run is no part of it.
  await expect.poll(() => statements.some((text) => INSERTS_RESULTS.test(text))).toBe(true);
  await sleep(250);
  const taken = statements.splice(0);
  expect((await ended(first.store, run.id)).state).toBe("SUCCEEDED");
  const chunks = await first.store.chunks(run.id);
  expect(chunks).toHaveLength(101);
  // Where one of them came too late for any, it is another run that counts.
  const { size } = new Set(chunks.map((chunk) => chunk.worker));
  return size === 2 ? taken : statementsOfRun();
}

it("takes less than 200 statements for a run of 100 chunks on two processes", async () => {
  await first.runner.start();
  await second.runner.start();
  const isFew = (taken: readonly string[]) => taken.length < 200;
  const isCheckpoint = (text: string) => text.includes("store_chunks(");
  // Heartbeats and looks beside a run that takes long only add, and stretches are short then.
  let taken = await statementsOfRun();
  for (let round = 1; round < 5 && !isFew(taken); round++) taken = await statementsOfRun();
  expect(isFew(taken), taken.join("\n")).toBe(true);
  // Short chunks are taken and stored by stretches.
  expect(taken.filter(isCheckpoint).length).toBeLessThan(101 / 2);
});
