/**
 * Who may import whom, and which packages each room may use. The architecture's layer table as
 * data; layers.test.ts holds every file in src to it.
 */
export interface Room {
  /**
   * Rooms whose files may be imported, besides the room's own. `room/file.ts` allows that file
   * only.
   */
  readonly rooms: readonly string[];
  /** Packages by name, `@scope/*` for a whole scope, `node:*` for every module of Node. */
  readonly packages: readonly string[];
}

export const LAYERS: Readonly<Record<string, Room>> = {
  core: { rooms: [], packages: [] },
  kernels: { rooms: ["core"], packages: ["node:fs"] },
  plan: { rooms: ["core"], packages: ["zod", "node:crypto"] },
  "market-data": {
    rooms: ["core"],
    packages: ["node:*", "csv-parse", "hyparquet", "hyparquet-compressors", "ccxt"],
  },
  store: {
    rooms: ["core", "plan"],
    packages: ["node:*", "drizzle-orm", "pg", "@electric-sql/pglite"],
  },
  jobs: { rooms: ["store", "plan"], packages: ["node:*", "pg-boss", "drizzle-orm"] },
  pool: { rooms: ["core", "kernels"], packages: ["node:*"] },
  admission: { rooms: ["core"], packages: ["node:*"] },
  runner: {
    rooms: ["core", "plan", "market-data", "store", "jobs", "pool"],
    packages: ["node:*"],
  },
  exports: {
    rooms: ["core", "plan", "store", "runner"],
    packages: ["node:*", "hyparquet-writer"],
  },
  access: { rooms: ["core", "plan", "store"], packages: ["node:crypto"] },
  graphql: {
    rooms: ["access", "admission", "core", "plan", "store", "jobs", "runner/synchronous-run.ts"],
    packages: ["node:*", "@pothos/*", "graphql"],
  },
  monitoring: { rooms: ["admission", "store", "pool", "runner"], packages: ["prom-client"] },
  server: {
    rooms: ["access", "graphql", "app"],
    packages: ["node:*", "graphql", "graphql-yoga", "@graphql-yoga/*", "graphql-ws", "ws"],
  },
  /** For anybody who talks to a server: it knows the schema and nothing else of the project. */
  client: { rooms: [], packages: ["graphql-ws"] },
  cli: {
    rooms: ["app", "client", "plan"],
    packages: ["node:*", "commander", "cli-progress", "yaml"],
  },
  /** The composition root: app.ts, config.ts and the facade index.ts. */
  app: { rooms: ["*"], packages: ["node:*", "pino", "yaml", "zod"] },
};

/**
 * Files that something outside src starts or reads; every other file must be reachable from one.
 */
export const ENTRY_POINTS = [
  "src/cli/main.ts",
  "src/index.ts",
  "src/client/index.ts",
  // The migrations restate this table for the database, and a test holds the two together.
  "src/store/transitions.ts",
] as const;

/** `src/core/grid/axis.ts` -> `core`; files directly in src belong to the composition root. */
export function roomOf(path: string): string {
  const parts = path.split("/");
  return parts.length === 2 ? "app" : parts[1];
}
