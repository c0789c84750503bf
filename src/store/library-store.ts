import type {
  NewPin,
  NewStrategy,
  PinRecord,
  RunMarks,
  RunMarksChange,
  StrategyRecord,
  StrategyVersion,
} from "./library-records.ts";
import { deletePin, insertPin, listPins, pinsById } from "./pins.ts";
import type { ResultRow } from "./records.ts";
import { bestRowsOf } from "./results.ts";
import { changeMarks, marksOf } from "./run-marks.ts";
import type { Page, PageOf } from "./store.ts";
import type { StoreContext } from "./store-context.ts";
import * as strategies from "./strategies.ts";

/** What people keep: tags and notes of runs, saved strategies, pinned variants. */
export interface LibraryStore {
  /** UserError NOT_FOUND for the run, VALIDATION for more tags than a run may have. */
  markRun(runId: string, change: RunMarksChange): Promise<void>;
  /** One a run that has any, in one statement. */
  runMarks(runIds: readonly string[]): Promise<RunMarks[]>;
  /** The best rows of several runs, by run and rank, in one statement. */
  bestRows(
    runIds: readonly string[],
    limit: number,
  ): Promise<readonly (ResultRow & { readonly runId: string })[]>;

  /** A new strategy, or a new version of the one of that name; the latest again adds nothing. */
  saveStrategy(strategy: NewStrategy): Promise<StrategyRecord>;
  strategiesById(ids: readonly string[]): Promise<StrategyRecord[]>;
  /** Newest first. */
  listStrategies(page: Page, owner?: string): Promise<PageOf<StrategyRecord>>;
  /** Newest first. */
  strategyVersions(id: string, page: Page): Promise<PageOf<StrategyVersion>>;
  /** The latest when no version is named; null when there is none. */
  strategyVersion(id: string, version: number | null): Promise<StrategyVersion | null>;

  pinVariant(pin: NewPin): Promise<PinRecord>;
  pinsById(ids: readonly string[]): Promise<PinRecord[]>;
  /** Newest first. */
  listPins(page: Page, owner?: string): Promise<PageOf<PinRecord>>;
  /** A repeat changes nothing. */
  unpin(id: string): Promise<void>;
}

export function libraryStore(context: StoreContext): LibraryStore {
  const { db } = context;
  return {
    markRun: (runId, change) => changeMarks(context, runId, change),
    runMarks: (runIds) => marksOf(db, runIds),
    bestRows: (runIds, limit) => bestRowsOf(db, runIds, limit),
    saveStrategy: (strategy) => strategies.saveStrategy(context, strategy),
    strategiesById: (ids) => strategies.strategiesById(db, ids),
    listStrategies: (page, owner) => strategies.listStrategies(db, page, owner),
    strategyVersions: (id, page) => strategies.versionsOf(db, id, page),
    strategyVersion: (id, version) => strategies.versionOf(db, id, version),
    pinVariant: (pin) => insertPin(context, pin),
    pinsById: (ids) => pinsById(db, ids),
    listPins: (page, owner) => listPins(db, page, owner),
    unpin: (id) => deletePin(db, id),
  };
}
