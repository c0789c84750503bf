import { mkdirSync, writeFileSync } from "node:fs";
import { REFERENCE_DATASETS, referenceText } from "../../test/support/reference-candles.ts";

/**
 * Writes the candles over which scripts/golden/indicators.py computes its columns, so that both
 * sides read the same files.
 */
const FOLDER = new URL("../../test/golden/candles/", import.meta.url);

mkdirSync(FOLDER, { recursive: true });
for (const dataset of REFERENCE_DATASETS) {
  writeFileSync(new URL(`${dataset}.csv`, FOLDER), await referenceText(dataset));
}
