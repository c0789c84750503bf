import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { INDICATORS } from "../../src/core/indicators/registry.ts";
import { parameterFault } from "../../src/core/parameter.ts";
import { UserError } from "../../src/core/user-error.ts";
import { loadDefaultAxes } from "../../src/default-axes.ts";
import { parseDefaultAxes } from "../../src/plan/default-axes.ts";
import { resolveStrategy } from "../../src/plan/resolve-strategy.ts";

type Entries = Record<string, Record<string, unknown>>;

const MAX_VARIANTS = 10_000;
const file = new URL("../../configs/indicators.yaml", import.meta.url);
const written = (): Entries => parse(readFileSync(file, "utf8"));

describe("configs/indicators.yaml", () => {
  const axes = loadDefaultAxes();

  it("has every indicator of the registry, in its order", () => {
    expect(Object.keys(written())).toEqual(INDICATORS.map(({ id }) => id));
    expect([...axes.keys()]).toEqual(INDICATORS.map(({ id }) => id));
  });

  it.for(INDICATORS.map((indicator) => [indicator.id, indicator] as const))("%s has an \
axis for each parameter, within its bounds", ([id, { params }]) => {
    const names = params.map(({ name }) => name);
    expect(Object.keys(written()[id])).toEqual(names);
    expect(axes.get(id)!.map(({ name }) => name)).toEqual(names);
    let variants = 1;
    axes.get(id)!.forEach(({ values }, i) => {
      expect(new Set(values).size).toBe(values.length);
      for (const value of values) expect(parameterFault(params[i], value)).toBeNull();
      variants *= values.length;
    });
    expect(variants).toBeGreaterThanOrEqual(1);
    expect(variants).toBeLessThan(MAX_VARIANTS);
  });
});

describe.for(INDICATORS.map((indicator) => [indicator.id, indicator] as const))("%s", ([
  id,
  { params, outputParams, defaultRule },
]) => {
  it("runs over its default axes, those that its default signal depends on", () => {
    const { output, against = output } = defaultRule;
    const all = params.map(({ name }) => name);
    const read = new Set([output, against].flatMap((name) => outputParams?.[name] ?? all));
    const offered = loadDefaultAxes()
      .get(id)!
      .filter(({ name }) => read.has(name));
    const given = Object.fromEntries(offered.map(({ name, values }) => [name, [...values]]));
    const resolved = resolveStrategy({ indicators: { it: { id, params: given } } });
    expect(resolved.complaints).toEqual([]);
    expect(resolved.axes.slice(0, offered.length)).toEqual(
      offered.map(({ name, values }) => ({ name: `it.${name}`, values })),
    );
  });
});

describe("default axes", () => {
  it.for<[string, (entries: Entries) => unknown, string]>([
    ["an unknown indicator", (all) => ({ ...all, "ma.none": {} }), "ma.none"],
    ["an indicator left out", ({ "ma.sma": _, ...rest }) => rest, "ma.sma"],
    ["an unknown parameter", (all) => changed(all, { multiplier: 2 }), "ma.sma.multiplier"],
    ["a parameter left out", (all) => ({ ...all, "ma.sma": { window: 5 } }), "ma.sma.source"],
    ["a value out of bounds", (all) => changed(all, { window: [5, 0] }), "ma.sma.window"],
    ["a fraction of a bar", (all) => changed(all, { window: 2.5 }), "ma.sma.window"],
    ["an unknown name", (all) => changed(all, { source: ["close", "mid"] }), "ma.sma.source"],
    ["a duplicate", (all) => changed(all, { window: [5, 5] }), "ma.sma.window"],
    ["no value", (all) => changed(all, { window: [] }), "ma.sma.window"],
    [
      "steps that miss the stop",
      (all) => changed(all, { window: { start: 5, stop: 9, step: 3 } }),
      "ma.sma.window.stop",
    ],
    ["what is no axis", (all) => changed(all, { window: { from: 5 } }), "ma.sma.window"],
    ["an entry that is no mapping", (all) => ({ ...all, "ma.sma": [5] }), "ma.sma"],
    ["a file that is no mapping", () => null, ""],
  ])("name %s", ([, change, path]) => {
    expect(pathsOf(change(written()))).toContain(path);
  });

  it("name every mistake at once", () => {
    const { "ma.sma": _, ...rest } = written();
    const paths = pathsOf({ ...rest, "ma.ema": { window: 0, source: "close", seeding: "none" } });
    expect(paths).toEqual(["ma.sma", "ma.ema.window", "ma.ema.seeding"]);
  });
});

function changed(entries: Entries, change: Record<string, unknown>): Entries {
  return { ...entries, "ma.sma": { ...entries["ma.sma"], ...change } };
}

function pathsOf(values: unknown): string[] {
  try {
    parseDefaultAxes(values);
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    return (error as UserError).complaints.map(({ path }) => path);
  }
  throw new Error("accepted");
}
