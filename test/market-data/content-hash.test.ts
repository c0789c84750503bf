import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  allocateCandles,
  barCount,
  CANDLE_COLUMNS,
  type Candles,
} from "../../src/core/series/candles.ts";
import { contentHash, contentHashInTurns } from "../../src/market-data/content-hash.ts";
import { syntheticCandles } from "../../src/market-data/synthetic.ts";
import { arbitrarySeries } from "./arbitrary-series.ts";

/** The documented layout, written out byte by byte. */
function layoutBytes(instrument: string, timeframe: string, candles: Candles): Uint8Array {
  const bytes = [...new TextEncoder().encode("sweepline dataset 1\n")];
  const integer = (value: number) => {
    for (let k = 0; k < 4; k++) bytes.push((value >>> (8 * k)) & 0xff);
  };
  for (const text of [instrument, timeframe]) {
    const utf8 = new TextEncoder().encode(text);
    integer(utf8.length);
    bytes.push(...utf8);
  }
  integer(barCount(candles));
  for (const column of CANDLE_COLUMNS) {
    for (const value of candles[column]) {
      const view = new DataView(new ArrayBuffer(8));
      view.setFloat64(0, value, true);
      for (let k = 0; k < 8; k++) bytes.push(view.getUint8(k));
    }
  }
  return Uint8Array.from(bytes);
}

describe("content hash", () => {
  it("is SHA-256 of the documented bytes", () => {
    const instrument = fc.string({ maxLength: 20, unit: "grapheme" });
    fc.assert(
      fc.property(arbitrarySeries(), instrument, ({ candles, timeframe }, name) => {
        const bytes = layoutBytes(name, timeframe, candles);
        const expected = createHash("sha256").update(bytes).digest("hex");
        expect(contentHash({ instrument: name, timeframe, candles })).toBe(expected);
      }),
    );
  });

  it("is the same in turns of the event loop", async () => {
    // Columns of one and a half turns, of one, and of less.
    for (const bars of [196_608, 131_072, 100]) {
      const content = {
        instrument: "x",
        timeframe: "1h",
        candles: syntheticCandles({ seed: bars, bars }),
      } as const;
      let turns = 0;
      const timer = setInterval(() => turns++, 0);
      expect(await contentHashInTurns(content)).toBe(contentHash(content));
      clearInterval(timer);
      if (bars > 131_072) expect(turns).toBeGreaterThan(0);
    }
  });

  it("is the same from shared memory and from views into longer columns", () => {
    fc.assert(
      fc.property(arbitrarySeries(), ({ candles, timeframe }) => {
        const bars = barCount(candles);
        const shared = allocateCandles(bars + 7, true);
        const views = Object.fromEntries(
          CANDLE_COLUMNS.map((column) => {
            shared[column].set(candles[column], 3);
            return [column, shared[column].subarray(3, 3 + bars)];
          }),
        ) as unknown as Candles;
        const hashOf = (of: Candles) => contentHash({ instrument: "i", timeframe, candles: of });
        expect(hashOf(views)).toBe(hashOf(candles));
      }),
    );
  });

  it("changes with any bit of any column, the timeframe and the instrument", () => {
    const column = fc.constantFrom(...CANDLE_COLUMNS);
    const bit = fc.nat({ max: 63 });
    fc.assert(
      fc.property(arbitrarySeries(), column, fc.nat(), bit, ({ candles }, name, at, flipped) => {
        const instrument = "i";
        const before = contentHash({ instrument, timeframe: "1h", candles });
        expect(contentHash({ instrument: "j", timeframe: "1h", candles })).not.toBe(before);
        expect(contentHash({ instrument, timeframe: "1d", candles })).not.toBe(before);
        const bytes = new Uint8Array(candles[name].buffer);
        bytes[(at % barCount(candles)) * 8 + (flipped >> 3)] ^= 1 << (flipped & 7);
        expect(contentHash({ instrument, timeframe: "1h", candles })).not.toBe(before);
      }),
    );
  });
});
