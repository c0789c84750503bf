import type { RankingMetric } from "../core/metrics/ranking-metric.ts";
import type { VariantDescription } from "../core/stages/describe.ts";
import type { RunRequest } from "../plan/request.ts";
import type { ResultRow } from "./records.ts";

/** What people keep of runs and beside them: tags, notes, saved strategies, pinned variants. */

/** TAG is given by people; INDICATOR is an indicator's id, STRATEGY the id of a saved strategy. */
export type FacetKind = "TAG" | "INDICATOR" | "STRATEGY";

export interface RunMarks {
  readonly runId: string;
  /** In the order of their text. */
  readonly tags: readonly string[];
  readonly note: string | null;
}

export interface RunMarksChange {
  readonly addTags?: readonly string[];
  readonly removeTags?: readonly string[];
  /** Null removes it. */
  readonly note?: string | null;
}

/** The strategy of a request, defaults left out as they were. */
export type SavedStrategySpec = RunRequest["strategy"];

export interface StrategyVersion {
  readonly strategyId: string;
  /** From 1. */
  readonly version: number;
  /** SHA-256 of its canonical JSON. */
  readonly hash: string;
  readonly strategy: SavedStrategySpec;
  readonly note: string | null;
  readonly createdAt: Date;
}

export interface StrategyRecord {
  readonly id: string;
  readonly owner: string;
  readonly name: string;
  readonly createdAt: Date;
  readonly latest: StrategyVersion;
}

export interface NewStrategy {
  readonly owner: string;
  /** One name is one strategy of an owner. */
  readonly name: string;
  readonly strategy: SavedStrategySpec;
  readonly hash: string;
  readonly note: string | null;
}

/** A variant with its lineage. It outlives its run. */
export interface PinRecord extends VariantDescription {
  readonly id: string;
  readonly owner: string;
  readonly label: string | null;
  readonly runId: string;
  readonly variantIndex: number;
  readonly variantKey: string;
  readonly metrics: ResultRow["metrics"];
  readonly datasetHash: string;
  readonly planHash: string;
  readonly engineVersion: string;
  /** The run's request with all defaults: what it takes to run it again. */
  readonly request: RunRequest;
  readonly createdAt: Date;
}

export type NewPin = Omit<PinRecord, "id" | "createdAt">;

/** Bounds of a metric of a run's best row, both inclusive. */
export interface BestBounds {
  readonly metric: RankingMetric;
  readonly min?: number;
  readonly max?: number;
}
