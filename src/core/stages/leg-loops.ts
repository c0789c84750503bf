import type { LegPanel, PanelSize } from "../execution/leg-panel.ts";
import type { LevelLegs } from "../execution/level-legs.ts";
import type { Comparison } from "../signals/atom.ts";

/** The hot loops of independent legs over a backend's range. */
export interface LegLoops {
  /** Room for the legs of as many levels, 1 to MAX_LEVELS. */
  room(levels: number): LevelLegs;
  /** Counts the levels, loosest first, that `series op level` holds for, at each bar. */
  count(series: Float64Array, op: Comparison, levels: Float64Array, legs: LevelLegs): void;
  panel(size: PanelSize): LegPanel;
}
