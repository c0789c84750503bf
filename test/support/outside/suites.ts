import type { OutsideCase } from "./comparison.ts";
import { libraryCases, talibCases } from "./reference-columns.ts";
import { seedParityCases } from "./seed-parity-cases.ts";
import { stockIndicatorsCases } from "./stock-indicators-columns.ts";
import { tradingViewCases } from "./tradingview-columns.ts";

/** Every comparison with numbers of other programs; needs the sets outside the repository too. */
export function allOutsideCases(): OutsideCase[] {
  return [
    ...talibCases(),
    ...tradingViewCases(),
    ...stockIndicatorsCases(),
    ...seedParityCases(),
    ...libraryCases(),
  ];
}

/** Those whose numbers travel with the repository. */
export function committedOutsideCases(): OutsideCase[] {
  return [...talibCases(), ...libraryCases()];
}
