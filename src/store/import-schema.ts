import {
  bigint,
  boolean,
  bytea,
  doublePrecision,
  index,
  integer,
  json,
  primaryKey,
  snakeCase,
  text,
  timestamp,
} from "drizzle-orm/pg-core";
import type { ImportRequest, ImportState, RejectedRows } from "./import-records.ts";
import type { RunError } from "./records.ts";

const at = () => timestamp({ withTimezone: true, mode: "date" });

export const imports = snakeCase.table(
  "imports",
  {
    id: text().primaryKey(),
    no: bigint({ mode: "number" }).generatedAlwaysAsIdentity().notNull().unique(),
    owner: text().notNull(),
    request: json().$type<ImportRequest>().notNull(),
    state: text().$type<ImportState>().notNull(),
    seq: integer().notNull().default(1),
    bytesDone: bigint({ mode: "number" }).notNull().default(0),
    bytesTotal: bigint({ mode: "number" }),
    bars: integer().notNull().default(0),
    fraction: doublePrecision(),
    message: text(),
    cancelRequested: boolean().notNull().default(false),
    error: json().$type<RunError>(),
    rejected: json().$type<RejectedRows>(),
    datasetHash: text(),
    created: boolean(),
    /** Who is at it, and until when that is taken for alive. */
    worker: text(),
    leaseUntil: at(),
    createdAt: at().notNull().defaultNow(),
    startedAt: at(),
    finishedAt: at(),
  },
  (t) => [index("imports_state").on(t.state, t.no), index("imports_owner").on(t.owner, t.no)],
);

/** Bars fetched so far of an import that can go on where it was; gone with its end. */
export const importPages = snakeCase.table(
  "import_pages",
  {
    importId: text()
      .notNull()
      .references(() => imports.id, { onDelete: "cascade" }),
    no: integer().notNull(),
    /** Open time of the last bar, UTC epoch milliseconds. */
    lastMs: doublePrecision().notNull(),
    bars: bytea().notNull(),
  },
  (t) => [primaryKey({ columns: [t.importId, t.no] })],
);
