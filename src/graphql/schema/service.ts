import { builder } from "../builder.ts";
import type { CacheStats, PoolStats, Services } from "../context.ts";

/** The service itself: what runs here and how busy it is. */

const PoolType = builder.objectRef<PoolStats>("Pool").implement({
  description: "The threads of this process.",
  fields: (t) => ({
    size: t.exposeInt("size", { description: "Threads." }),
    busy: t.exposeInt("busy", { description: "Threads at work." }),
    queuedChunks: t.exposeInt("queuedChunks", { description: "Chunks waiting for a thread." }),
    replacedWorkers: t.exposeInt("replacedWorkers", { description: "Threads that died, so far." }),
  }),
});

const CacheType = builder.objectRef<CacheStats>("Cache").implement({
  description: "Something kept for later runs; its counts are since the start of the process.",
  fields: (t) => ({
    name: t.exposeString("name", {
      description:
        "`memory` and `disk` hold candles, `indicators` rows, `atoms` signals that were compared.",
    }),
    entries: t.exposeInt("entries"),
    bytes: t.expose("bytes", { type: "SafeInt", description: "Bytes held." }),
    maxBytes: t.expose("maxBytes", { type: "SafeInt", description: "Bytes it may hold." }),
    hits: t.expose("hits", { type: "SafeInt" }),
    misses: t.expose("misses", { type: "SafeInt" }),
    evictions: t.expose("evictions", {
      type: "SafeInt",
      description: "Entries that made room for others.",
    }),
  }),
});

const ServiceType = builder.objectRef<Services>("Service").implement({
  fields: (t) => ({
    engineVersion: t.exposeString("engineVersion", {
      description: "Same plan hash, dataset hash and engine version: same digest.",
    }),
    database: t.string({
      description: "`pglite` or `postgres`.",
      resolve: ({ store }) => store.backend,
    }),
    pool: t.field({ type: PoolType, resolve: ({ pool }) => pool.stats() }),
    caches: t.field({
      type: [CacheType],
      resolve: ({ datasets, pool }) => [...datasets.stats(), ...pool.caches()],
    }),
  }),
});

builder.queryField("service", (t) =>
  t.field({
    type: ServiceType,
    description: "This process: versions, threads, caches.",
    resolve: (_root, _args, { services }) => services,
  }),
);
