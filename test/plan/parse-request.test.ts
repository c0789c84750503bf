import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseRunRequest } from "../../src/plan/parse-request.ts";
import { complaintsOf, FULL_REQUEST, userError } from "../support/request-samples.ts";

type Path = readonly string[];
interface Place {
  readonly path: Path;
  readonly value: unknown;
}

/** Every object and every leaf of a request; members of a list are leaves of their list. */
function places(value: unknown, path: Path = []): Place[] {
  const here = { path, value };
  if (typeof value !== "object" || value === null) return [here];
  const members = Array.isArray(value) && typeof value[0] !== "object" ? [] : Object.entries(value);
  return [here, ...members.flatMap(([key, member]) => places(member, [...path, key]))];
}

const ALL = places(FULL_REQUEST);
const OBJECTS = ALL.filter(({ value }) => typeof value === "object" && !Array.isArray(value));
const FIELDS = ALL.filter(({ path }) => path.length > 0);
/** Keys here are names that the user gives, so no key is unknown. */
const RECORDS = /^strategy\.indicators$|\.params$/;

/** Of an axis, a list or a range, the whole is what does not fit. */
const AXIS_MEMBER = /(?<=window|stopLossPct)\.(?:start|stop|step)$/;

/** The full request with another value at one place. */
function withValue(path: Path, value: unknown): unknown {
  const copy = structuredClone(FULL_REQUEST) as unknown as Record<string, unknown>;
  let parent = copy;
  for (const key of path.slice(0, -1)) parent = parent[key] as Record<string, unknown>;
  const key = path.at(-1)!;
  // Defined, not assigned: a text that is parsed can have a member of any name.
  Object.defineProperty(parent, key, { value, enumerable: true, configurable: true });
  return copy;
}

describe("request", () => {
  it("takes every field, fills in defaults, and does not change what it has parsed", () => {
    const full = parseRunRequest(FULL_REQUEST);
    expect(full).toEqual(FULL_REQUEST);
    const { dataset, strategy } = FULL_REQUEST;
    const short = parseRunRequest({ dataset, strategy: { indicators: strategy.indicators } });
    expect(parseRunRequest(short)).toEqual(short);
    expect(short).toMatchObject({
      warmupBars: 200,
      execution: {
        direction: "LONG_SHORT",
        fillMode: "CLOSE",
        entryDelayBars: 0,
        feePct: 0.075,
        fixedFee: 0,
        slippagePct: 0.01,
        spreadPct: 0,
        fundingLongPctPerBar: 0,
        fundingShortPctPerBar: 0,
      },
      risk: { stopLossPct: "off", trailingStopPct: "off", takeProfitPct: "off" },
      ranking: { primary: { metric: "totalReturnPct" } },
      preselect: 20_000,
      topK: 300,
      schedule: { priority: "NORMAL" },
    });
  });

  it("refuses an unknown key at every level, with its path, its value and the known ones", () => {
    const strict = OBJECTS.filter(({ path }) => !RECORDS.test(path.join(".")));
    expect(strict.length).toBeGreaterThan(12);
    const anyKey = fc
      .oneof(fc.constantFrom("constructor", "toString", "windows", "Dataset"), fc.string())
      .filter((key) => !ALL.some(({ path }) => path.at(-1) === key));
    fc.assert(
      fc.property(fc.constantFrom(...strict), anyKey, ({ path, value }, key) => {
        const found = complaintsOf(() => parseRunRequest(withValue([...path, key], 5)));
        const named = found.filter((complaint) => complaint.path === [...path, key].join("."));
        const known = expect.stringContaining(Object.keys(value as object)[0]);
        const bound = key === "__proto__" ? "another name" : known;
        expect(named).toEqual([expect.objectContaining({ message: "unknown key", value: "5" })]);
        expect(named[0].bound).toEqual(bound);
      }),
      { numRuns: 300 },
    );
  });

  it("refuses a member called __proto__ where names are the user's own", () => {
    for (const { path } of OBJECTS) {
      const at = [...path, "__proto__"];
      const found = complaintsOf(() => parseRunRequest(withValue(at, { id: "ma.sma" })));
      expect(found.map((complaint) => complaint.path)).toEqual([at.join(".")]);
    }
    const text = '{"dataset":"d","strategy":{"indicators":{"__proto__":{"id":"ma.sma"}}}}';
    expect(userError(() => parseRunRequest(JSON.parse(text))).code).toBe("VALIDATION");
  });

  it("refuses a wrong type in every field, with its path, its value and what was expected", () => {
    const never = [true, Number.NaN, Number.POSITIVE_INFINITY, 5n, () => 1, Symbol("s"), null];
    fc.assert(
      fc.property(fc.constantFrom(...FIELDS), fc.constantFrom(...never), ({ path }, wrong) => {
        const found = complaintsOf(() => parseRunRequest(withValue(path, wrong)));
        expect(found.length).toBeGreaterThan(0);
        for (const complaint of found) {
          const whole = path.join(".").replace(AXIS_MEMBER, "");
          expect(complaint.path).toBe(whole);
          if (whole === path.join(".")) expect(complaint.value).toBe(String(wrong));
          expect(complaint.bound).toBeTruthy();
          expect(complaint.message).toBeTruthy();
        }
      }),
      { numRuns: 500 },
    );
  });

  it("refuses text that no database can keep, wherever it stands, with its path", () => {
    const half = fc.constantFrom("\0", "\ud800", "\udc00");
    const broken = fc.tuple(fc.string(), half, fc.string({ unit: "grapheme-ascii" }));
    const inAList = (path: Path) => [...path, "1"];
    fc.assert(
      fc.property(fc.constantFrom(...FIELDS), broken, fc.boolean(), ({ path }, parts, listed) => {
        const text = parts.join("");
        const at = listed ? inAList(path) : path;
        const found = complaintsOf(() =>
          parseRunRequest(withValue(path, listed ? [5, text] : text)),
        );
        const value = JSON.stringify(text);
        expect(found).toContainEqual(
          expect.objectContaining({ path: at.join("."), message: "must be text", value }),
        );
      }),
    );
  });

  it("says what is missing", () => {
    for (const path of [["dataset"], ["strategy"], ["strategy", "indicators"]]) {
      const found = complaintsOf(() => parseRunRequest(withValue(path, undefined)));
      expect(found).toEqual([expect.objectContaining({ path: path.join("."), value: null })]);
    }
  });

  it("names every fault at once", () => {
    const broken = {
      ...FULL_REQUEST,
      preselect: 0,
      execution: { feePct: -1, startCash: "5" },
      ranking: { primary: { metric: "luck" } },
    };
    const found = complaintsOf(() => parseRunRequest(broken));
    expect(found.map(({ path, value, bound }) => [path, value, bound])).toEqual([
      ["execution.startCash", "5", "number"],
      ["execution.feePct", "-1", ">= 0"],
      ["ranking.primary.metric", "luck", expect.stringContaining("totalReturnPct | ")],
      ["preselect", "0", ">= 1"],
    ]);
  });

  it("answers anything with a request or a UserError", () => {
    const circular: Record<string, unknown> = {};
    circular.dataset = circular;
    const deep = JSON.parse(`${'{"a":'.repeat(20_000)}1${"}".repeat(20_000)}`);
    for (const input of [circular, withValue(["label"], circular), withValue(["label"], deep)]) {
      expect(userError(() => parseRunRequest(input)).code).toBe("VALIDATION");
    }
    fc.assert(
      fc.property(fc.anything(), (input) => {
        expect(userError(() => parseRunRequest(input)).code).toBe("VALIDATION");
      }),
    );
    fc.assert(
      fc.property(fc.constantFrom(...FIELDS), fc.anything(), ({ path }, value) => {
        try {
          const parsed = parseRunRequest(withValue(path, value));
          expect(parseRunRequest(parsed)).toEqual(parsed);
        } catch (error) {
          expect(error).toMatchObject({ name: "UserError", code: "VALIDATION" });
        }
      }),
      { numRuns: 500 },
    );
  });
});
