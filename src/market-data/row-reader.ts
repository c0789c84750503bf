import type { BarBuffer } from "./bar-buffer.ts";
import { barFault } from "./bar-rules.ts";
import type { CandleColumns } from "./candle-columns.ts";
import type { RejectionCode } from "./candle-source.ts";
import { parseTimestamp, type TimestampForm, timestampForm } from "./csv-timestamp.ts";
import { RejectionLog } from "./rejection-log.ts";

/**
 * Hexadecimal, grouping commas and the empty text are numbers for Number() or nearly so, but not
 * here.
 */
const DECIMAL = /^\s*[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?\s*$/;
const NOT_FINITE = /^\s*(?:[+-]?inf(?:inity)?|nan)\s*$/i;
const FIELDS = ["open", "high", "low", "close", "volume"] as const;

/**
 * Turns rows of text into bars, one at a time; checks each bar by itself, order and grid come
 * later.
 */
export class RowReader {
  readonly buffer: BarBuffer;
  readonly log = new RejectionLog();
  /** Rows that are not blank, the header left out. */
  rows = 0;
  readonly #layout: CandleColumns;
  readonly #bar = new Float64Array(6);
  #row = 0;
  #headerSeen: boolean;
  #form: TimestampForm | null = null;

  /** `headerRows` are skipped, and count as rows. */
  constructor(layout: CandleColumns, buffer: BarBuffer, headerRows: 0 | 1 = 1) {
    this.#layout = layout;
    this.buffer = buffer;
    this.#headerSeen = headerRows === 0;
  }

  read(cells: readonly string[]): void {
    this.#row += 1;
    if (isBlank(cells)) return;
    if (!this.#headerSeen) {
      this.#headerSeen = true;
      return;
    }
    this.rows += 1;
    if (cells.length < this.#layout.width) {
      const reason = `${cells.length} fields where ${this.#layout.width} are needed`;
      this.log.add(this.#row, "MISSING_FIELD", reason);
    } else if (this.#readTime(cells) && this.#readNumbers(cells)) {
      this.#keepBar();
    }
  }

  #readTime(cells: readonly string[]): boolean {
    const { time, clock } = this.#layout;
    const text = clock === -1 ? cells[time].trim() : `${cells[time].trim()} ${cells[clock].trim()}`;
    this.#form ??= timestampForm(text);
    const timeMs = this.#form === null ? Number.NaN : parseTimestamp(text, this.#form);
    this.#bar[0] = timeMs;
    if (!Number.isNaN(timeMs)) return true;
    const as = this.#form === null ? "" : ` as ${this.#form}`;
    return this.#reject("UNPARSABLE_TIME", `time ${quoted(text)} cannot be read${as}`);
  }

  #readNumbers(cells: readonly string[]): boolean {
    for (let i = 0; i < FIELDS.length; i++) {
      const field = FIELDS[i];
      const at = this.#layout[field];
      const text = at === -1 ? "0" : cells[at];
      // Adding 0 turns -0 into 0: the content hash sees bits.
      const value = DECIMAL.test(text) ? Number(text) + 0 : Number.NaN;
      if (!Number.isFinite(value)) {
        const infinite = !Number.isNaN(value) || NOT_FINITE.test(text);
        const code = infinite ? "NOT_FINITE" : "UNPARSABLE_NUMBER";
        return this.#reject(code, `${field} ${quoted(text)} is not a finite decimal number`);
      }
      this.#bar[i + 1] = value;
    }
    return true;
  }

  #keepBar(): void {
    const [, open, high, low, close, volume] = this.#bar;
    const fault = barFault(open, high, low, close, volume);
    if (fault === null) this.buffer.push(this.#row, this.#bar);
    else this.#reject(fault.code, fault.reason);
  }

  #reject(code: RejectionCode, reason: string): false {
    this.log.add(this.#row, code, reason);
    return false;
  }
}

function isBlank(cells: readonly string[]): boolean {
  return cells[0].trim() === "" && cells.every((cell) => cell.trim() === "");
}

function quoted(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 37)}...` : text);
}
