import { afterAll, beforeAll } from "vitest";
import { type OpenStore, openStore } from "../../src/store/open.ts";
import type { StoreSettings } from "../../src/store/store-context.ts";
import type { TestDatabase } from "./databases.ts";

/** One store on a new database for all tests of a suite; both are gone after it. */
export function storeOfSuite(
  database: TestDatabase,
  settings: Partial<StoreSettings> = {},
): () => OpenStore {
  let store: OpenStore;
  let drop: () => Promise<void>;
  beforeAll(async () => {
    const made = await database.create();
    drop = made.drop;
    store = await openStore(made.location, settings);
  });
  afterAll(async () => {
    await store?.close();
    await drop?.();
  });
  return () => store;
}
