import { describe, expect, it } from "vitest";
import { PRICE_SOURCES, priceSeries } from "../../../src/core/series/price-source.ts";
import { expectAgreement } from "../../support/outside/agreement.ts";
import { seriesOf } from "../../support/outside/comparison.ts";
import { LIBRARY_COLUMNS } from "../../support/outside/library-columns.ts";
import {
  libraryCases,
  readReference,
  talibCases,
} from "../../support/outside/reference-columns.ts";
import { TALIB_COLUMNS } from "../../support/outside/talib-columns.ts";
import {
  committedText,
  REFERENCE_DATASETS,
  referenceCandles,
  referenceText,
} from "../../support/reference-candles.ts";

/** Prices that an indicator may read, as TA-Lib computes them. */
const PRICES = {
  hl2: "MEDPRICE(high, low)",
  hlc3: "TYPPRICE(high, low, close)",
  ohlc4: "AVGPRICE(open, high, low, close)",
  hlcc4: "WCLPRICE(high, low, close)",
} as const;

describe.for(REFERENCE_DATASETS)("reference columns over %s", (dataset) => {
  it("stand beside the candles that they were computed over", async () => {
    expect(committedText(dataset)).toBe(await referenceText(dataset));
  });

  it.for(["talib", "libraries"])("in %s say what wrote them, in which versions, when", (folder) => {
    const { source, candles, versions, generated, columns } = readReference(folder, dataset);
    expect(source).toBe("scripts/golden/indicators.py");
    expect(candles).toBe(`test/golden/candles/${dataset}.csv`);
    expect(Object.values(versions).every((version) => /^\d+\.\d+/.test(version))).toBe(true);
    expect(Object.keys(versions).length).toBeGreaterThan(2);
    expect(generated).toMatch(/^\d{4}-\d\d-\d\d$/);
    const { close } = referenceCandles(dataset);
    for (const values of Object.values(columns)) expect(values).toHaveLength(close.length);
  });

  it("are compared, every one", () => {
    const compared = [...TALIB_COLUMNS, ...LIBRARY_COLUMNS].map(([column]) => column);
    const written = ["talib", "libraries"].flatMap((folder) =>
      Object.keys(readReference(folder, dataset).columns),
    );
    expect(new Set([...compared, ...Object.values(PRICES)])).toEqual(new Set(written));
  });

  it.for(Object.entries(PRICES))("have %s as %s, but for the order of the sum", ([
    price,
    column,
  ]) => {
    const name = PRICE_SOURCES.find((source) => source === price)!;
    const ours = priceSeries(referenceCandles(dataset), name);
    const theirs = seriesOf(readReference("talib", dataset).columns[column]);
    const relative = theirs.map((value, t) => Math.abs(ours[t] / value - 1));
    expect(Math.max(...relative)).toBeLessThanOrEqual(2 * Number.EPSILON);
  });
});

describe("indicators against TA-Lib, pandas-ta-classic and talipp", () => {
  const cases = [...talibCases(), ...libraryCases()];

  it.for(cases.map((outside) => [outside.title, outside] as const))("%s", ([, outside]) => {
    expectAgreement(outside);
  });
});
