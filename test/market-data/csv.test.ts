import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { barCount, CANDLE_COLUMNS } from "../../src/core/series/candles.ts";
import { gapReport } from "../../src/core/series/gap-report.ts";
import { TIMEFRAMES, type Timeframe } from "../../src/core/series/timeframe.ts";
import { UserError } from "../../src/core/user-error.ts";
import { contentHash } from "../../src/market-data/content-hash.ts";
import { type CsvOptions, csvSource } from "../../src/market-data/csv.ts";
import { describeGolden, readSharedText } from "../support/golden.ts";
import { arbitrarySeries } from "./arbitrary-series.ts";
import { candlesAsWritten, csvText, inPieces, seriesAndForm } from "./csv-text-form.ts";

const encoder = new TextEncoder();

function read(text: string, options: Omit<CsvOptions, "input"> = {}) {
  return csvSource.read({ input: encoder.encode(text), ...options });
}

/** The UserError of an import that must fail. */
async function refusal(input: CsvOptions["input"] | string, options = {}): Promise<UserError> {
  const bytes = typeof input === "string" ? encoder.encode(input) : input;
  const error = await csvSource.read({ input: bytes, ...options }).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(UserError);
  return error as UserError;
}

describe("csv", () => {
  it("reads the same candles, to the bit, from every way to write them", async () => {
    await fc.assert(
      fc.asyncProperty(seriesAndForm, async ({ series, form }) => {
        const { timeframe } = series;
        const expected = candlesAsWritten(series.candles, form);
        const { candles, rejected } = await read(csvText(series.candles, form), { timeframe });
        expect(rejected).toEqual({ count: 0, first: [] });
        const hashOf = (of: typeof candles) =>
          contentHash({ instrument: "x", timeframe, candles: of });
        for (const column of CANDLE_COLUMNS) {
          expect([...candles[column]]).toEqual([...expected[column]]);
        }
        expect(hashOf(candles)).toBe(hashOf(expected));
      }),
      { numRuns: 300 },
    );
  });

  it("does not depend on where the pieces of a stream end", async () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(seriesAndForm, sizes, async ({ series, form }, pieces) => {
        const bytes = encoder.encode(csvText(series.candles, form));
        const { timeframe } = series;
        const whole = await csvSource.read({ input: bytes, timeframe });
        const pieced = await csvSource.read({ input: inPieces(bytes, pieces), timeframe });
        expect(pieced).toEqual(whole);
      }),
      { numRuns: 50 },
    );
  });

  it("knows no negative zero: equal numbers have equal bytes", async () => {
    const { candles } = await read("ts,o,h,l,c,v\n-0,1,1,1,1,-0\n60,1,1,1,1,-0.0");
    expect([candles.time[0], ...candles.volume].map((x) => Object.is(x, 0))).toEqual([
      true,
      true,
      true,
    ]);
  });

  it("infers the timeframe as the most common step", async () => {
    const unbroken = arbitrarySeries({ minBars: 3, maxMissing: 0 });
    await fc.assert(
      fc.asyncProperty(unbroken, fc.nat({ max: 50 }), async ({ candles, timeframe }, hole) => {
        const all = csvText(candles, {
          delimiter: ",",
          lineEnd: "\n",
          bom: false,
          quoted: false,
          upperCase: false,
          volume: true,
          timeName: "time",
          timeForm: "iso",
          extra: false,
          reversed: false,
          tail: "",
        });
        const lines = all.split("\n");
        // A hole of one bar leaves as many short steps as long ones at worst; the short one wins.
        if (lines.length > 5) lines.splice(2 + (hole % (lines.length - 4)), 1);
        expect((await read(lines.join("\n"))).timeframe).toBe(timeframe);
      }),
      { numRuns: 50 },
    );
  });

  it("survives any bytes with a UserError or candles that keep every rule", async () => {
    const garbage = fc.oneof(
      fc.uint8Array({ maxLength: 400 }),
      fc.string({ maxLength: 400, unit: "binary" }).map((text) => encoder.encode(text)),
      damagedCsv,
    );
    const options = fc.record({
      timeframe: fc.constantFrom<Timeframe | undefined>(undefined, ...TIMEFRAMES),
      onReject: fc.constantFrom("refuse" as const, "skip" as const),
    });
    let imported = 0;
    await fc.assert(
      fc.asyncProperty(garbage, options, async (input, { timeframe, onReject }) => {
        try {
          const chosen = timeframe === undefined ? {} : { timeframe };
          const result = await csvSource.read({ input, onReject, ...chosen });
          imported += 1;
          expectCanonical(result);
          if (onReject === "refuse") expect(result.rejected.count).toBe(0);
        } catch (error) {
          if (!(error instanceof UserError)) throw error;
        }
      }),
      { numRuns: 800 },
    );
    expect(imported).toBeGreaterThan(10);
  });
});

/** A good file of which a few bytes were changed, removed or cut off. */
const damagedCsv = fc
  .record({
    sample: seriesAndForm,
    at: fc.nat(),
    length: fc.nat({ max: 6 }),
    bytes: fc.uint8Array({ maxLength: 6 }),
    cut: fc.boolean(),
  })
  .map(({ sample, at, length, bytes, cut }) => {
    const whole = encoder.encode(csvText(sample.series.candles, sample.form));
    const from = at % whole.length;
    const rest = cut ? new Uint8Array() : whole.subarray(from + length);
    return Uint8Array.from([...whole.subarray(0, from), ...bytes, ...rest]);
  });

function expectCanonical({ candles }: Awaited<ReturnType<typeof read>>): void {
  const { time, open, high, low, close, volume } = candles;
  expect(barCount(candles)).toBeGreaterThan(0);
  for (let t = 0; t < barCount(candles); t++) {
    const prices = [open[t], high[t], low[t], close[t]];
    expect([time[t], ...prices, volume[t]].every(Number.isFinite)).toBe(true);
    expect(Math.min(...prices)).toBe(low[t]);
    expect(Math.max(...prices)).toBe(high[t]);
    expect(low[t]).toBeGreaterThan(0);
    expect(volume[t]).toBeGreaterThanOrEqual(0);
    if (t > 0) expect(time[t]).toBeGreaterThan(time[t - 1]);
  }
}

const HEADER = "time,open,high,low,close,volume";
const GOOD = ["2024-01-01,10,12,9,11,5", "2024-01-02,11,13,10,12,5", "2024-01-03,12,14,11,13,5"];
const REJECTED_ROWS: readonly (readonly [row: string, code: string])[] = [
  ["2024-01-04,10,12,9", "MISSING_FIELD"],
  ["04/01/2024,10,12,9,11,5", "UNPARSABLE_TIME"],
  ["2024-02-30,10,12,9,11,5", "UNPARSABLE_TIME"],
  ["2024-01-04T25:00,10,12,9,11,5", "UNPARSABLE_TIME"],
  ["1704326400,10,12,9,11,5", "UNPARSABLE_TIME"],
  [",10,12,9,11,5", "UNPARSABLE_TIME"],
  ["2024-01-04,ten,12,9,11,5", "UNPARSABLE_NUMBER"],
  ["2024-01-04,,12,9,11,5", "UNPARSABLE_NUMBER"],
  ["2024-01-04,0x10,12,9,11,5", "UNPARSABLE_NUMBER"],
  ['2024-01-04,"1,000",12,9,11,5', "UNPARSABLE_NUMBER"],
  ["2024-01-04,NaN,12,9,11,5", "NOT_FINITE"],
  ["2024-01-04,10,Infinity,9,11,5", "NOT_FINITE"],
  ["2024-01-04,10,12,9,1e999,5", "NOT_FINITE"],
  ["2024-01-04,10,12,0,11,5", "PRICE_NOT_POSITIVE"],
  ["2024-01-04,10,12,-9,11,5", "PRICE_NOT_POSITIVE"],
  ["2024-01-04,10,10.5,9,11,5", "HIGH_TOO_LOW"],
  ["2024-01-04,10,12,10.5,11,5", "LOW_TOO_HIGH"],
  ["2024-01-04,10,12,9,11,-5", "NEGATIVE_VOLUME"],
  ["2024-01-03,10,12,9,11,5", "DUPLICATE_TIME"],
  ["2024-01-02,10,12,9,11,5", "DESCENDING_TIME"],
  ["2024-01-04 06:00,10,12,9,11,5", "OFF_GRID"],
];

describe("rejected rows", () => {
  it.each(REJECTED_ROWS)("%s is %s: refused with its number, or skipped", async (row, code) => {
    const text = [HEADER, ...GOOD, row, "2024-01-05,12,14,11,13,5"].join("\n");
    const error = await refusal(text, { timeframe: "1d" });
    expect(error.code).toBe("VALIDATION");
    expect(error.details).toEqual({ rejectedRows: 1, rows: 5 });
    expect(error.complaints[1]).toMatchObject({ path: "row 5", value: code });
    const skipped = await read(text, { timeframe: "1d", onReject: "skip" });
    expect(skipped.rejected.count).toBe(1);
    expect(skipped.rejected.first).toMatchObject([{ row: 5, code }]);
    expect(barCount(skipped.candles)).toBe(4);
  });

  it("are named up to twenty, in order, and counted beyond", async () => {
    const bad = Array.from({ length: 60 }, (_, i) =>
      i % 2 === 0 ? "2024-01-03,-1,2,1,1,0" : GOOD[2],
    );
    const error = await refusal([HEADER, ...GOOD, ...bad].join("\n"));
    expect(error.message).toContain("60 of 63 rows rejected");
    expect(error.complaints.length).toBe(21);
    const rows = error.complaints.slice(1).map((c) => Number(c.path.slice(4)));
    expect(rows).toEqual(Array.from({ length: 20 }, (_, i) => i + 5));
  });

  it("do not condemn what follows a stray time", async () => {
    const stray = "2030-01-01 06:00,10,12,9,11,5";
    const text = [HEADER, GOOD[0], stray, GOOD[1], GOOD[2]].join("\n");
    const { candles, rejected } = await read(text, { timeframe: "1d", onReject: "skip" });
    expect(rejected.first.map((r) => r.row)).toEqual([3]);
    expect(barCount(candles)).toBe(3);
  });

  it("refuse the input when none is left to skip to", async () => {
    const error = await refusal(`${HEADER}\n2024-01-01,0,0,0,0,0`, { onReject: "skip" });
    expect(error.message).toContain("1 of 1 rows rejected");
  });
});

describe("unusable input", () => {
  const cases: readonly (readonly [title: string, input: string | Uint8Array, message: string])[] =
    [
      ["no bytes", "", "the input is empty"],
      ["blank lines", "\n \r\n\n", "the input is empty"],
      ["a header only", `${HEADER}\n\n`, "a header and no rows"],
      ["no header", GOOD.join("\n"), "the first row must name the columns"],
      ["missing columns", "time,open,volume\n1,2,3", "no column for high, low, close"],
      [
        "two closes",
        "time,open,high,low,close,C\n1,1,1,1,1,1",
        "more than one column could be close",
      ],
      [
        "a broken quote",
        `${HEADER}\n2024-01-01,"10,12,9,11,5\n${GOOD[1]}`,
        "row 2: malformed quotes",
      ],
      ["an endless row", `${HEADER}\n"${"x".repeat(100_000)}`, "row 2: the row is longer than"],
      ["no line end", "x".repeat(200_000), "no column for time"],
      ["a gzip file", Uint8Array.of(0x1f, 0x8b, 8, 0), "a gzip file"],
      ["UTF-16", Buffer.from(`\uFEFF${HEADER}`, "utf16le"), "UTF-16 text"],
      ["binary data late", `${HEADER}\n${GOOD.join("\n")}\n\u0000`, "binary data"],
      ["one bar and no timeframe", `${HEADER}\n${GOOD[0]}`, "cannot be inferred"],
      ["weekly bars", `${HEADER}\n${GOOD[0]}\n2024-01-08,1,1,1,1,1`, "which is no timeframe"],
    ];

  it.each(cases)("%s", async (_title, input, message) => {
    expect((await refusal(input)).message).toContain(message);
    expect((await refusal(input, { onReject: "skip" })).message).toContain(message);
  });

  it("closes a stream that it refuses, at its head and behind it", async () => {
    for (const text of ["no header here\n", `${HEADER}\n"`, `${HEADER}\n\u0000\n`]) {
      let closed = false;
      const endless = (async function* () {
        try {
          yield encoder.encode(text);
          for (;;) yield encoder.encode("x".repeat(10_000));
        } finally {
          closed = true;
        }
      })();
      await refusal(endless);
      expect(closed).toBe(true);
    }
  });

  it("refuses more bars than it may hold", async () => {
    const text = [HEADER, ...GOOD].join("\n");
    expect((await refusal(text, { maxBars: 2 })).message).toBe("rows: too many bars");
    expect(barCount((await read(text, { maxBars: 3 })).candles)).toBe(3);
  });

  it("passes a fault of the stream on as it is", async () => {
    const broken = (async function* () {
      yield encoder.encode(`${HEADER}\n${GOOD[0]}\n`);
      throw new Error("the line went dead");
    })();
    await expect(csvSource.read({ input: broken })).rejects.toThrow("the line went dead");
  });
});

describe("real files", () => {
  it("S&P 500, daily: a day without trading is a gap, not an error", async () => {
    const file = new URL("../data/sp500-2000.csv", import.meta.resolve("vega-datasets"));
    const { candles, timeframe } = await csvSource.read({ input: readFileSync(file) });
    expect(timeframe).toBe("1d");
    const { time, open, close, volume } = candles;
    expect([time[0], open[0], volume[0]]).toEqual([Date.UTC(2000, 0, 3), 1469.25, 931_800_000]);
    expect([time.at(-1), close.at(-1)]).toEqual([Date.UTC(2020, 3, 17), 2874.560059]);
    const lines = readFileSync(file, "utf8").trim().split("\n").length;
    expect(barCount(candles)).toBe(lines - 1);
    const days = (time.at(-1)! - time[0]) / 86_400_000 + 1;
    expect(gapReport(time, "1d").missingBars).toBe(days - barCount(candles));
  });

  it("separate date and time columns, as MetaTrader writes them", async () => {
    const text = [
      "<DATE>\t<TIME>\t<OPEN>\t<HIGH>\t<LOW>\t<CLOSE>\t<TICKVOL>\t<VOL>",
      "2024.01.02\t00:00:00\t1.1\t1.3\t1.0\t1.2\t77\t5",
      "2024.01.02\t01:00:00\t1.2\t1.3\t1.1\t1.2\t78\t6",
    ].join("\r\n");
    const { candles, timeframe } = await read(text);
    expect(timeframe).toBe("1h");
    expect([...candles.time]).toEqual([Date.UTC(2024, 0, 2), Date.UTC(2024, 0, 2, 1)]);
    expect([...candles.volume]).toEqual([5, 6]);
  });
});

describeGolden("shared candles", "eurusd-1h, goog-1d", () => {
  it("EURUSD hourly, with pandas' nameless index", async () => {
    const { candles, timeframe } = await read(readSharedText("data/eurusd-1h.csv"));
    expect([timeframe, barCount(candles)]).toEqual(["1h", 5_000]);
    expect(candles.time[0]).toBe(Date.UTC(2017, 3, 19, 9));
    expect(candles.close[0]).toBe(1.07219);
    expect(gapReport(candles.time, "1h")).toMatchObject({ count: 42, missingBars: 2_063 });
  });

  it("GOOG daily", async () => {
    const { candles, timeframe } = await read(readSharedText("data/goog-1d.csv"));
    expect([timeframe, barCount(candles)]).toEqual(["1d", 2_148]);
    expect(candles.close.at(-1)).toBe(806.19);
  });
});
