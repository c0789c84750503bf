import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalJson } from "../../src/plan/canonical-json.ts";

/** The same value with the members of every object in another order. */
function reordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reordered);
  if (value === null || typeof value !== "object") return value;
  const members = Object.entries(value).map(([key, member]) => [key, reordered(member)]);
  return Object.fromEntries(members.reverse());
}

describe("canonical JSON", () => {
  it("reads back as the value, and depends on the value only", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        const text = canonicalJson(value);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(canonicalJson(reordered(value))).toBe(text);
        expect(canonicalJson(JSON.parse(text))).toBe(text);
      }),
      { numRuns: 150 },
    );
  });

  it("sorts keys by UTF-16 units, writes no white space, and knows one zero", () => {
    // Source of the order: RFC 8785 section 3.2.3.
    const keys = ["\u20ac", "\r", "\ufb33", "1", "\u{1f600}", "\u0080", "\u00f6"];
    const value = Object.fromEntries(keys.map((key) => [key, 0]));
    const order = ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\u{1f600}", "\ufb33"];
    expect(Object.keys(JSON.parse(canonicalJson(value)))).toEqual(["1", ...without(order, "1")]);
    expect([...canonicalJson(value).matchAll(/"((?:\\r|[^"])+)":/gu)].map((m) => m[1])).toEqual(
      order.map((key) => (key === "\r" ? "\\r" : key)),
    );
    expect(canonicalJson({ b: [-0, 1e21, 1e-7, 0.1], a: undefined })).toBe(
      '{"b":[0,1e+21,1e-7,0.1]}',
    );
    expect(() => canonicalJson({ a: [Number.NaN] })).toThrow("NaN");
    expect(() => canonicalJson(Number.NEGATIVE_INFINITY)).toThrow("-Infinity");
  });
});

function without(list: readonly string[], member: string): string[] {
  return list.filter((entry) => entry !== member);
}
