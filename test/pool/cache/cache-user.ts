/** A thread that uses a cache at random and counts what it finds; see shared-cache.test.ts. */
import { parentPort, workerData } from "node:worker_threads";
import { Random } from "../../../src/core/random.ts";
import { type CacheMemory, SharedCache } from "../../../src/pool/cache/shared-cache.ts";

export interface CacheUse {
  readonly memory: CacheMemory;
  readonly owner: number;
  readonly rounds: number;
  /** Takes the lock and keeps it. */
  readonly hangs: boolean;
}

const { memory, owner, rounds, hangs } = workerData as CacheUse;
if (hangs) {
  Atomics.store(new Int32Array(memory.lock), 0, owner);
  parentPort!.postMessage("holding");
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}
const cache = new SharedCache<Int32Array>(memory, owner);
const random = new Random(owner);
const found = { right: 0, wrong: 0 };
for (let round = 0; round < rounds; round++) {
  const key = Math.floor(random.uniform() * 60);
  // What is kept under a key is known: its number, as often as the key says.
  const values = new Int32Array(200 + 37 * key);
  if (cache.load(`value ${key}`, values)) {
    if (values.every((value) => value === key)) found.right++;
    else found.wrong++;
  } else cache.keep(`value ${key}`, values.fill(key));
}
parentPort!.postMessage(found);
