import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { splitMerges } from "../../src/store/embedded/split-merges.ts";
import {
  codeOf,
  OP,
  readUnsigned,
  skipInstruction,
  skipVariables,
} from "../../src/store/embedded/wasm-code.ts";

const I32 = 0x7f;
const LOCAL_GET = 0x20;
const LOCAL_SET = 0x21;
const I32_CONST = 0x41;
const I32_ADD = 0x6a;
const I32_SHL = 0x74;

/** How the code behind the end of a nested block goes on. */
const CASE = fc.record({
  value: fc.integer({ min: 0, max: 63 }),
  after: fc.constantFrom("leaves", "falls through", "leaves if odd", "goes further out", "returns"),
  further: fc.nat({ max: 5 }),
});

type Case = typeof CASE extends fc.Arbitrary<infer T> ? T : never;

/** A parser in small: blocks in one another, a table of branches, and a place where they meet. */
const PARSER = fc.record({
  cases: fc.array(CASE, { minLength: 2, maxLength: 40 }),
  table: fc.array(fc.nat({ max: 40 }), { minLength: 1, maxLength: 50 }),
});

describe("a module whose branches meet in groups", () => {
  it("computes what it computed, whatever the branches", () => {
    fc.assert(
      fc.property(PARSER, fc.integer({ min: 1, max: 9 }), ({ cases, table }, group) => {
        const bytes = moduleOf(cases, table);
        const before = run(bytes);
        const after = run(splitMerges(bytes, { crowd: 2, group }));
        for (let x = 0; x <= table.length; x++) expect(after(x)).toBe(before(x));
      }),
    );
  });

  it("has fewer branches to one place", () => {
    const cases = Array.from({ length: 90 }, (_, value): Case => {
      return { value: value % 64, after: "leaves", further: 0 };
    });
    const bytes = moduleOf(cases, [...cases.keys()]);
    expect(mostBranches(bytes)).toBe(90);
    // The outermost ten blocks have no group around them; of the others a branch a group is left.
    expect(mostBranches(splitMerges(bytes, { crowd: 90, group: 10 }))).toBe(10 + 9);
    expect(splitMerges(bytes, { crowd: 91, group: 10 })).toBe(bytes);
  });

  it("stays as it is where an instruction is not known", () => {
    const cases = Array.from({ length: 9 }, (): Case => {
      return { value: 0, after: "leaves", further: 0 };
    });
    // A vector's constant, dropped.
    const vector = [0xfd, 0x0c, ...Array<number>(16).fill(0), 0x1a];
    const bytes = moduleOf(cases, [0], vector);
    expect(run(bytes)(0)).toBe(1);
    expect(splitMerges(bytes, { crowd: 2, group: 2 })).toBe(bytes);
  });
});

describe("the embedded database's engine", () => {
  const engine = readFileSync(new URL("pglite.wasm", import.meta.resolve("@electric-sql/pglite")));

  it("has thousands of branches to one place, and then hundreds at most", () => {
    expect(mostBranches(engine)).toBeGreaterThan(2_000);
    const split = splitMerges(engine, { crowd: 1_000, group: 48 });
    expect(mostBranches(split)).toBeLessThan(500);
    expect(WebAssembly.validate(split)).toBe(true);
  });
});

/** Branches to the block of a module that most of them leave; loops do not count. */
function mostBranches(bytes: Uint8Array): number {
  let most = 0;
  for (const { body } of codeOf(bytes)!.functions) {
    const cursor = { bytes, at: body };
    skipVariables(cursor);
    const open = [{ isLoop: false, branches: 0 }];
    while (open.length > 0) {
      const { at } = cursor;
      const op = skipInstruction(cursor);
      if (op === null) break;
      if (op === OP.end) most = Math.max(most, open.pop()!.branches);
      else if (op === OP.block || op === OP.loop || op === OP.if) {
        open.push({ isLoop: op === OP.loop, branches: 0 });
      } else if (op === OP.branch || op === OP.branchIf) {
        const label = open.at(-1 - readUnsigned({ bytes, at: at + 1 }))!;
        if (!label.isLoop) label.branches++;
      }
    }
  }
  return most;
}

function run(bytes: Uint8Array<ArrayBuffer>): (x: number) => number {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes));
  return exports.parse as (x: number) => number;
}

/**
 * A module with `parse(x)`: the table chooses a nested block by x, behind whose end the trace is
 * shifted and the case's value added; what is behind the place where all meet adds one more.
 */
function moduleOf(cases: readonly Case[], table: readonly number[], first: readonly number[] = []) {
  const code: number[] = [1, 1, I32, ...first, OP.block, 0x40];
  // Case 0 is behind the innermost block.
  for (const _ of cases) code.push(OP.block, 0x40);
  const depths = table.map((goal) => Math.min(goal, cases.length));
  code.push(LOCAL_GET, 0, OP.branchTable, depths.length - 1, ...depths);
  cases.forEach(({ value, after, further }, i) => {
    const out = cases.length - 1 - i;
    code.push(OP.end, LOCAL_GET, 1, I32_CONST, 1, I32_SHL, I32_CONST, value, I32_ADD, LOCAL_SET, 1);
    if (after === "leaves") code.push(OP.branch, out);
    else if (after === "returns") code.push(LOCAL_GET, 1, OP.return);
    else if (after === "goes further out") code.push(OP.branch, Math.min(further, out));
    else if (after === "leaves if odd") code.push(LOCAL_GET, 1, OP.branchIf, out);
  });
  code.push(OP.end, LOCAL_GET, 1, I32_CONST, 1, I32_ADD, OP.end);
  const section = (id: number, ...content: number[]) => [
    id,
    ...unsigned(content.length),
    ...content,
  ];
  const name = [...Buffer.from("parse")];
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, 1, 0x60, 1, I32, 1, I32),
    ...section(3, 1, 0),
    ...section(7, 1, name.length, ...name, 0, 0),
    ...section(10, 1, ...unsigned(code.length), ...code),
  ]);
}

function unsigned(number: number): number[] {
  return number < 0x80 ? [number] : [(number & 0x7f) | 0x80, ...unsigned(number >>> 7)];
}
