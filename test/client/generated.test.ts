import { globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { buildSchema } from "graphql";
import { describe, expect, it } from "vitest";
import { clientCode } from "../../scripts/client/client-code.ts";
import { schema } from "../../src/graphql/schema.ts";

const FOLDER = join(import.meta.dirname, "../../src/client/operations");
const read = (file: string) => readFileSync(join(FOLDER, file), "utf8");
const sources = globSync("*.graphql", { cwd: FOLDER })
  .sort()
  .map((file) => ({ name: basename(file, ".graphql"), text: read(file) }));

/** What the formatter may add and take away. */
const bare = (code: string) => code.replaceAll(/[\s|(),;]/g, "");

describe("the client", () => {
  it("is what its operations and the schema say: npm run client", () => {
    const code = clientCode(schema, sources);
    expect(globSync("*.ts", { cwd: FOLDER }).sort()).toEqual([...code.keys()].sort());
    for (const [file, text] of code) expect(bare(read(file)), file).toBe(bare(text));
  });

  it("has every scalar, list, null, union, alias and input of a schema", () => {
    const small = buildSchema(`
      scalar DateTime
      enum Color { RED GREEN }
      input Deep { deep: [Deep!], at: DateTime! = "2020-01-01" }
      input OneForm @oneOf { a: Int, b: [String] }
      type Query { get(color: Color, deep: Deep!, form: OneForm): [Both]! }
      interface Named { name: String }
      type Cat implements Named { name: String, lives: Int! }
      type Dog implements Named { name: String, color: Color! }
      union Both = Cat | Dog
    `);
    const text = `
      query everything($color: Color = RED, $deep: Deep!, $form: OneForm) {
        all: get(color: $color, deep: $deep, form: $form) {
          __typename ... on Named { name } ... on Cat { lives @skip(if: false) } ...DogColor
        }
      }
      fragment DogColor on Dog { color }`;
    const files = clientCode(small, [{ name: "everything", text }]);
    const code = bare(files.get("everything.ts")!);
    for (const part of [
      'readonly color?: "RED" | "GREEN" | null | undefined;',
      "readonly deep: Deep;",
      "readonly form?: OneForm | null | undefined;",
      "export type EverythingData = { readonly all: readonly (",
      '{ readonly __typename: "Cat"; readonly name: string | null; readonly lives?: number; }',
      '{ readonly __typename: "Dog"; readonly name: string | null;',
      'readonly color: "RED" | "GREEN"; }',
    ]) {
      expect(code).toContain(bare(part));
    }
    const inputs = bare(files.get("inputs.ts")!);
    expect(inputs).toContain(
      bare(`export interface Deep { readonly deep?: readonly (Deep)[] | null | undefined;
        readonly at?: string | undefined; }
        export type OneForm = { readonly a: number }
          | { readonly b: readonly (string | null)[] };`),
    );
  });

  it("is not made of an operation that does not fit", () => {
    const text = "query wrong { service { nothing } }";
    expect(() => clientCode(schema, [{ name: "wrong", text }])).toThrow(/nothing/);
  });
});
