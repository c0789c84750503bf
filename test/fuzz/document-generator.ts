import {
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  getNamedType,
  isAbstractType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
} from "graphql";
import { Random } from "../../src/core/random.ts";
import { schema } from "../../src/graphql/schema.ts";
import { NASTY_TEXTS } from "./nasty-texts.ts";

export interface FuzzRequest {
  readonly operation: "query" | "mutation" | "subscription";
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** What makes some requests mean something: ids and names that exist. */
export interface Things {
  readonly ids: readonly string[];
  readonly names: readonly string[];
}

type Field = GraphQLField<unknown, unknown>;

/** Root fields that compute for long, or that would empty what the others ask about. */
const RARE: readonly string[] = ["runBacktest", "checkStrategy", "deleteRun", "importDataset"];
const MAX_DEPTH = 6;

/**
 * The document of one number of a campaign: mostly what the schema allows, with arguments that are
 * often right and sometimes anything; a quarter is then broken as text. The same seed and number
 * give the same document.
 */
export function fuzzRequest(seed: number, no: number, things: Things): FuzzRequest {
  return new Generator(new Random(seed * 1_000_003 + no), things).request();
}

class Generator {
  readonly #random: Random;
  readonly #things: Things;
  readonly #variables: Record<string, unknown> = {};
  readonly #declared: string[] = [];
  readonly #fragments: string[] = [];

  constructor(random: Random, things: Things) {
    this.#random = random;
    this.#things = things;
  }

  request(): FuzzRequest {
    const operation = this.#pick(["query", "query", "query", "query", "mutation", "subscription"]);
    const root = {
      query: schema.getQueryType()!,
      mutation: schema.getMutationType()!,
      subscription: schema.getSubscriptionType()!,
    }[operation as FuzzRequest["operation"]];
    const fields = this.#rootFields(root, operation === "subscription" ? 1 : 1 + this.#below(3));
    const typed = this.#declared.length === 0 ? "" : `(${this.#declared.join(", ")})`;
    const text = `${operation} F${typed} { ${fields} } ${this.#fragments.join(" ")}`;
    const query = this.#chance(0.25) ? this.#broken(text) : text;
    const variables = this.#chance(0.1) ? this.#spoilt() : this.#variables;
    return { operation: operation as FuzzRequest["operation"], query, variables };
  }

  #rootFields(root: GraphQLObjectType, count: number): string {
    const all = Object.values(root.getFields());
    return Array.from({ length: count }, (_, i) => {
      let field = this.#pick(all);
      if (RARE.includes(field.name) && !this.#chance(0.05)) field = this.#pick(all);
      return `r${i}: ${this.#field(field, MAX_DEPTH)}`;
    }).join(" ");
  }

  #field(field: Field, depth: number): string {
    const given = field.args
      .filter((arg) => isNonNullType(arg.type) || this.#chance(0.5))
      .map((arg) => `${arg.name}: ${this.#argument(arg.type)}`);
    const args = given.length === 0 ? "" : `(${given.join(", ")})`;
    return `${field.name}${args}${this.#directive()}${this.#selection(field.type, depth)}`;
  }

  #directive(): string {
    if (!this.#chance(0.04)) return "";
    const flag = this.#pick(["true", "false", "null", "1"]);
    return this.#pick([
      ` @include(if: ${flag})`,
      ` @skip(if: ${flag})`,
      " @unknown",
      ` @stream(initialCount: ${this.#pick(["0", "1", "-1", "999999"])})`,
      " @deprecated",
    ]);
  }

  #selection(output: GraphQLOutputType, depth: number): string {
    const type = getNamedType(output);
    if (isLeafType(type)) return this.#chance(0.01) ? " { x }" : "";
    if (depth === 0) return " { __typename }";
    if (isAbstractType(type)) {
      const members = schema.getPossibleTypes(type).filter(() => this.#chance(0.6));
      const parts = members.map((member) => {
        const inner = this.#fields(member, depth);
        if (!this.#chance(0.1)) return `... on ${member} { ${inner} }`;
        const name = `G${this.#fragments.length}`;
        const cycle = this.#chance(0.05) ? `...${name}` : "";
        this.#fragments.push(`fragment ${name} on ${member} { ${inner} ${cycle} }`);
        return `...${name}${this.#chance(0.2) ? " @defer" : ""}`;
      });
      return ` { __typename ${parts.join(" ")} }`;
    }
    return isObjectType(type) ? ` { ${this.#fields(type, depth)} }` : " { __typename }";
  }

  #fields(type: GraphQLObjectType, depth: number): string {
    const all = Object.values(type.getFields());
    const chosen = Array.from({ length: 1 + this.#below(4) }, (_, i) => {
      const alias = this.#chance(0.9) ? `${type.name[0]}${this.#below(1e6)}_${i}: ` : "";
      return alias + this.#field(this.#pick(all), depth - 1);
    });
    return `__typename ${chosen.join(" ")}`;
  }

  #argument(type: GraphQLInputType): string {
    const value = this.#chance(0.06) ? this.#anything() : this.#value(type, 4);
    if (!this.#chance(0.5)) return literal(value, type);
    const name = `v${this.#declared.length}`;
    this.#declared.push(
      `$${name}: ${this.#chance(0.03) ? this.#pick(["Int", "[ID]", "X"]) : type}`,
    );
    this.#variables[name] = value;
    return `$${name}`;
  }

  #value(type: GraphQLInputType, depth: number): unknown {
    if (isNonNullType(type)) return this.#value(type.ofType, depth);
    if (this.#chance(0.03)) return this.#anything();
    if (isListType(type)) {
      return Array.from({ length: this.#below(4) }, () => this.#value(type.ofType, depth - 1));
    }
    if (isEnumType(type)) return this.#pick(type.getValues()).name;
    if (isInputObjectType(type)) return this.#object(type, depth);
    return this.#scalar(String(type));
  }

  #object(type: GraphQLInputType & { getFields(): object }, depth: number): unknown {
    const input = type as Extract<GraphQLInputType, { isOneOf?: boolean; getFields(): unknown }>;
    if (!isInputObjectType(input)) return {};
    const all = Object.values(input.getFields());
    const chosen = input.isOneOf
      ? [this.#pick(all)]
      : all.filter((f) => isNonNullType(f.type) || (depth > 0 && this.#chance(0.4)));
    return Object.fromEntries(chosen.map((f) => [f.name, this.#value(f.type, depth - 1)]));
  }

  #scalar(name: string): unknown {
    const { ids, names } = this.#things;
    switch (name) {
      case "ID":
        return this.#chance(0.7) ? this.#pick(ids) : this.#text();
      case "String":
        return this.#chance(0.5) ? this.#pick(names) : this.#text();
      case "Boolean":
        return this.#chance(0.5);
      case "DateTime":
        return this.#pick(["2024-01-01", "2024-02-31", "2030-01-01T00:00:00Z", "-1", ""]);
      default:
        return this.#number();
    }
  }

  #number(): number {
    const small = () => this.#below(30);
    const special = [0, -1, 0.5, 1e3, 1e9, 2 ** 31, 2 ** 53, -(2 ** 53), 1e308, 5e-324];
    return this.#chance(0.7) ? small() : this.#pick(special);
  }

  #text(): string {
    return this.#pick(NASTY_TEXTS);
  }

  #anything(): unknown {
    return this.#pick([null, true, -1, 1.5, "", [], {}, [[null]], { a: { b: 1 } }, this.#text()]);
  }

  #spoilt(): Record<string, unknown> {
    const spoilt = { ...this.#variables, stray: 1 };
    for (const name of Object.keys(this.#variables)) {
      if (this.#chance(0.5)) Object.assign(spoilt, { [name]: this.#anything() });
    }
    return spoilt;
  }

  /** One to three places of a text changed. */
  #broken(text: string): string {
    let broken = text;
    for (let times = 1 + this.#below(3); times > 0; times--) {
      const at = this.#below(broken.length);
      const end = at + this.#below(12);
      const insert = this.#pick(["", "{", "}", "(", '"', "...", "$", "@", "#", "\u0000", "é", "!"]);
      broken = this.#pick([
        broken.slice(0, at) + insert + broken.slice(end),
        broken.slice(0, at) + broken.slice(at, end).repeat(3) + broken.slice(at),
        broken.slice(0, at),
        broken.replaceAll(" ", this.#chance(0.5) ? "\n" : "\t"),
        `${"{a".repeat(this.#below(60))}${broken}`,
      ]);
    }
    return broken;
  }

  #below(bound: number): number {
    return Math.floor(this.#random.uniform() * bound);
  }

  #chance(share: number): boolean {
    return this.#random.uniform() < share;
  }

  #pick<T>(items: readonly T[]): T {
    return items[this.#below(items.length)]!;
  }
}

/** A value as GraphQL writes it: names of fields and enum values have no quotes. */
function literal(value: unknown, type: GraphQLInputType): string {
  const named = isNonNullType(type) ? type.ofType : type;
  if (Array.isArray(value)) {
    const inner = isListType(named) ? named.ofType : named;
    return `[${value.map((item) => literal(item, inner)).join(", ")}]`;
  }
  if (typeof value === "object" && value !== null) {
    const fields = isInputObjectType(named) ? named.getFields() : {};
    const parts = Object.entries(value).map(([name, item]) => {
      const inner = fields[name]?.type;
      return `${name}: ${inner === undefined ? JSON.stringify(item) : literal(item, inner)}`;
    });
    return `{${parts.join(", ")}}`;
  }
  const isConstant = isEnumType(named) && typeof value === "string" && /^\w+$/.test(value);
  return isConstant ? value : JSON.stringify(value);
}
