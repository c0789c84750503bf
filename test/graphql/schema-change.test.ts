import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  buildSchema,
  findBreakingChanges,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
} from "graphql";
import { describe, expect, it } from "vitest";
import { schema } from "../../src/graphql/schema.ts";

const ROOT = join(import.meta.dirname, "../..");
const read = (file: string) => readFileSync(join(ROOT, file), "utf8");

/** The schema of the last release, in the repository: a shallow clone without tags has it too. */
const RELEASED = "schema.released.graphql";
const BREAKS = "schema.breaks.json";

interface DeclaredBreak {
  /** As graphql-js says it, such as `Run.label was removed.` */
  readonly change: string;
  readonly reason: string;
  /** What a client does now. */
  readonly instead: string;
}

function breaks(before: GraphQLSchema, after: GraphQLSchema): string[] {
  return findBreakingChanges(before, after).map(({ description }) => description);
}

function git(...args: string[]): string | null {
  try {
    return execFileSync("git", args, {
      cwd: ROOT,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
  } catch {
    return null;
  }
}

const declared: readonly DeclaredBreak[] = JSON.parse(read(BREAKS));
const released = buildSchema(read(RELEASED));

describe("changes of the schema since the last release", () => {
  it("break only what is declared", () => {
    const found = breaks(released, schema);
    expect(found.sort()).toEqual(declared.map(({ change }) => change).sort());
    for (const { reason, instead } of declared) {
      expect(Math.min(reason.length, instead.length)).toBeGreaterThan(10);
    }
  });

  it("are told in CHANGELOG.md, breaks by their own words", () => {
    const unreleased = /^## Unreleased\n([\s\S]*?)(?=^## |$(?![\s\S]))/m.exec(
      read("CHANGELOG.md"),
    )?.[1];
    expect(unreleased, "there is a section for what comes next").toBeDefined();
    for (const { change } of declared) expect(unreleased).toContain(change.split(" ")[0]!);
  });

  it("are measured from the last tag, where there are tags", (context) => {
    const tag = git("describe", "--tags", "--abbrev=0", "--match", "v*");
    if (tag === null) return context.skip("this clone has no tags");
    expect(git("show", `${tag.trim()}:schema.graphql`)).toBe(read(RELEASED));
  });

  it("are found: a field, a type, an argument and an enum value that go or turn", () => {
    const before = buildSchema("type Query { a(x: Int): E, b: String } enum E { ONE TWO }");
    const after = buildSchema("type Query { a(x: Int!): E, c: String } enum E { ONE }");
    expect(breaks(before, after)).toHaveLength(3);
    expect(breaks(after, after)).toEqual([]);
  });
});

describe("deprecations", () => {
  it("say what takes the place of what goes", () => {
    const silent = deprecations().filter(({ reason }) => !/`[^`]+`/.test(reason));
    expect(silent).toEqual([]);
  });
});

function deprecations(): { readonly place: string; readonly reason: string }[] {
  return Object.values(schema.getTypeMap()).flatMap((type) => {
    const parts = isEnumType(type)
      ? type.getValues()
      : isObjectType(type) || isInterfaceType(type) || isInputObjectType(type)
        ? Object.values(type.getFields())
        : [];
    return parts
      .filter(({ deprecationReason }) => deprecationReason != null)
      .map(({ name, deprecationReason }) => ({
        place: `${type.name}.${name}`,
        reason: deprecationReason!,
      }));
  });
}
