import { describe, expect, it } from "vitest";
import { SharedColumns } from "../../src/pool/shared-columns.ts";

const done = (columns: readonly Float64Array[]) => ({ status: "done", columns }) as const;

describe("shared columns", () => {
  it("are used again once they are given back, and begin as NaN", () => {
    const shared = new SharedColumns();
    const first = shared.take(100);
    first.fill(1);
    shared.giveBack(done([first, first.subarray(50)]));
    const [again, other] = [shared.take(60), shared.take(60)];
    expect(again.buffer).toBe(first.buffer);
    expect(other.buffer).not.toBe(first.buffer);
    expect([...again]).toEqual(Array.from({ length: 60 }, () => Number.NaN));
  });

  it("are not used again where a thread may still write to them", () => {
    const shared = new SharedColumns();
    const first = shared.take(100);
    shared.giveBack({ status: "aborted", columns: [first] });
    expect(shared.take(100).buffer).not.toBe(first.buffer);
  });

  it("are neither kept for columns much shorter, nor without bounds", () => {
    const shared = new SharedColumns();
    const long = shared.take(300_000);
    shared.giveBack(done([long]));
    expect(shared.take(1_000).buffer).not.toBe(long.buffer);
    shared.giveBack(done([shared.take(290_000)]));
    const many = Array.from({ length: 3 }, () => shared.take(200_000));
    shared.giveBack(done(many));
    const next = Array.from({ length: 3 }, () => shared.take(200_000).buffer);
    expect(many.filter(({ buffer }) => next.includes(buffer))).toHaveLength(2);
  });
});
