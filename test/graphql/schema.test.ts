import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  type GraphQLField,
  getNamedType,
  isEnumType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  lexicographicSortSchema,
  parse,
  printSchema,
  validate,
} from "graphql";
import { describe, expect, it } from "vitest";
import { RANKING_METRICS } from "../../src/core/metrics/ranking-metric.ts";
import { TIMEFRAMES } from "../../src/core/series/timeframe.ts";
import { schema } from "../../src/graphql/schema.ts";
import { EXAMPLE_OPERATIONS } from "../../src/server/example-operations.ts";

const types = Object.values(schema.getTypeMap()).filter((type) => !type.name.startsWith("__"));
const outputs = types.filter((type) => isObjectType(type) || isInterfaceType(type));
const fields = outputs.flatMap((type) =>
  Object.values(type.getFields()).map((field) => ({ path: `${type.name}.${field.name}`, field })),
);

describe("the schema", () => {
  it("is what schema.graphql says", () => {
    const file = readFileSync(join(import.meta.dirname, "../../schema.graphql"), "utf8");
    expect(`${printSchema(lexicographicSortSchema(schema))}\n`).toBe(file);
  });

  it("has no field that takes or gives anything at all", () => {
    const names = types.map((type) => type.name);
    expect(names.filter((name) => /json|any|mixed/i.test(name))).toEqual([]);
  });

  it("names the unit of every figure", () => {
    const units = /percent|quote|ratio|count|second|byte|bars?\b|variant|exact|number|unit/i;
    const silent = fields
      .filter(({ field }) => getNamedType(field.type).name === "Float")
      .filter(({ path, field }) => !units.test(`${path} ${field.description ?? ""}`))
      .map(({ path }) => path);
    expect(silent).toEqual([]);
  });

  it("has every metric and timeframe as a constant", () => {
    expect(valuesOf("Metric").sort()).toEqual([...RANKING_METRICS].sort());
    expect(valuesOf("Timeframe").sort()).toEqual([...TIMEFRAMES].sort());
    const metrics = schema.getType("Metrics");
    expect(isObjectType(metrics) && Object.keys(metrics.getFields()).sort()).toEqual(
      [...RANKING_METRICS].sort(),
    );
  });

  it("answers every mutation with a union whose failures are errors", () => {
    for (const field of Object.values(schema.getMutationType()!.getFields())) {
      const union = getNamedType(field.type);
      const members = schema.getPossibleTypes(union as never).map((type) => type.name);
      expect(members, field.name).toContain("ValidationError");
      expect(
        field.args.map((arg) => arg.name),
        field.name,
      ).toEqual(["input"]);
    }
  });

  it("bounds every list of rows by `first`", () => {
    const rows = ["ResultRow", "RunEvent"];
    const unbounded = fields.filter(({ field }) => isListOf(field, rows) && !hasFirst(field));
    expect(unbounded.map(({ path }) => path)).toEqual([]);
    const connections = fields.filter(({ field }) =>
      getNamedType(field.type).name.endsWith("Connection"),
    );
    expect(connections.length).toBeGreaterThan(2);
    expect(connections.filter(({ field }) => !hasFirst(field))).toEqual([]);
  });

  it("accepts the operations GraphiQL opens with", () => {
    for (const { name, query } of EXAMPLE_OPERATIONS) {
      expect(validate(schema, parse(query)), name).toEqual([]);
    }
  });
});

function valuesOf(name: string): string[] {
  const type = schema.getType(name);
  return isEnumType(type) ? type.getValues().map(({ value }) => value as string) : [];
}

function isListOf(field: GraphQLField<unknown, unknown>, names: readonly string[]): boolean {
  const type = isNonNullType(field.type) ? field.type.ofType : field.type;
  return isListType(type) && names.includes(getNamedType(type).name);
}

function hasFirst(field: GraphQLField<unknown, unknown>): boolean {
  return field.args.some((arg) => arg.name === "first");
}
