import type { AccountRules } from "../execution/account.ts";
import { ReadableLegPanel } from "../execution/leg-panel.ts";
import { countLevels, createLevelLegs, type LevelLegs } from "../execution/level-legs.ts";
import type { Comparison } from "../signals/atom.ts";
import type { LegLoops } from "./leg-loops.ts";

/** The readable loops of independent legs. */
export class ReadableLegLoops implements LegLoops {
  readonly #rules: AccountRules;
  readonly #close: Float64Array;

  constructor(rules: AccountRules, close: Float64Array) {
    this.#rules = rules;
    this.#close = close;
  }

  room(levels: number): LevelLegs {
    return createLevelLegs(levels, this.#close.length);
  }

  count(series: Float64Array, op: Comparison, levels: Float64Array, legs: LevelLegs): void {
    countLevels(series, op, levels, legs);
  }

  panel(rows: number, columns: number, tallied: boolean): ReadableLegPanel {
    return new ReadableLegPanel(this.#rules, this.#close, { rows, columns, tallied });
  }
}
