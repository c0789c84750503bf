import type { AccountRules } from "../execution/account.ts";
import type { EventRange } from "../execution/event-engine.ts";
import { type PanelSize, ReadableLegPanel } from "../execution/leg-panel.ts";
import { countLevels, createLevelLegs, type LevelLegs } from "../execution/level-legs.ts";
import type { Comparison } from "../signals/atom.ts";
import type { LegLoops } from "./leg-loops.ts";

/** The readable loops of independent legs. */
export class ReadableLegLoops implements LegLoops {
  readonly #rules: AccountRules;
  readonly #range: EventRange;

  constructor(rules: AccountRules, range: EventRange) {
    this.#rules = rules;
    this.#range = range;
  }

  room(levels: number): LevelLegs {
    return createLevelLegs(levels, this.#range.close.length);
  }

  count(series: Float64Array, op: Comparison, levels: Float64Array, legs: LevelLegs): void {
    countLevels(series, op, levels, legs);
  }

  panel(size: PanelSize): ReadableLegPanel {
    return new ReadableLegPanel(this.#rules, this.#range, size);
  }
}
