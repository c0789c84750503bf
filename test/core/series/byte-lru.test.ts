import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ByteLru } from "../../../src/core/series/byte-lru.ts";

type Operation =
  | { readonly kind: "get"; readonly key: string }
  | { readonly kind: "set"; readonly key: string; readonly bytes: number }
  | { readonly kind: "delete"; readonly key: string };

const key = fc.constantFrom("a", "b", "c", "d", "e");
const anyOperations = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant("get" as const), key }),
    fc.record({ kind: fc.constant("set" as const), key, bytes: fc.nat(12) }),
    fc.record({ kind: fc.constant("delete" as const), key }),
  ),
  { maxLength: 80, size: "max" },
);

/** The same as a list, oldest first, without any cleverness. */
class Model {
  entries: { readonly key: string; readonly bytes: number }[] = [];
  hits = 0;
  misses = 0;
  evictions = 0;
  readonly #maxBytes: number;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get bytes(): number {
    return this.entries.reduce((sum, entry) => sum + entry.bytes, 0);
  }

  apply(operation: Operation): number | undefined {
    const found = this.entries.find((entry) => entry.key === operation.key);
    const others = this.entries.filter((entry) => entry.key !== operation.key);
    if (operation.kind === "get") {
      if (found === undefined) this.misses++;
      else {
        this.hits++;
        this.entries = [...others, found];
      }
      return found?.bytes;
    }
    this.entries = others;
    if (operation.kind === "set" && operation.bytes <= this.#maxBytes) {
      this.entries.push(operation);
      while (this.bytes > this.#maxBytes) {
        this.entries.shift();
        this.evictions++;
      }
    }
    return undefined;
  }
}

describe("byte-bounded LRU", () => {
  it("keeps what a list of the latest uses keeps, and never more than its bytes", () => {
    fc.assert(
      fc.property(anyOperations, fc.nat(40), (operations, maxBytes) => {
        const lru = new ByteLru<string, { bytes: number }>(maxBytes, (value) => value.bytes);
        const model = new Model(maxBytes);
        for (const operation of operations) {
          const expected = model.apply(operation);
          if (operation.kind === "get") expect(lru.get(operation.key)?.bytes).toBe(expected);
          if (operation.kind === "set") lru.set(operation.key, { bytes: operation.bytes });
          if (operation.kind === "delete") lru.delete(operation.key);
          const { hits, misses, evictions, bytes } = model;
          expect(lru.stats()).toEqual({ hits, misses, evictions, bytes, maxBytes });
          expect(bytes).toBeLessThanOrEqual(maxBytes);
        }
      }),
      { numRuns: 300 },
    );
  });

  it("makes a value once while it is kept, and each time where nothing is", () => {
    for (const [maxBytes, made] of [
      [10, 1],
      [0, 3],
    ]) {
      const lru = new ByteLru<string, string>(maxBytes, (text) => text.length);
      let count = 0;
      const make = () => {
        count++;
        return "value";
      };
      for (let i = 0; i < 3; i++) expect(lru.remember("key", make)).toBe("value");
      expect(count).toBe(made);
      expect(lru.stats()).toMatchObject({ hits: 3 - made, misses: made });
    }
  });
});
