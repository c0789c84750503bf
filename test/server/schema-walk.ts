import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  getNamedType,
  isAbstractType,
  isLeafType,
  isNonNullType,
  isObjectType,
} from "graphql";
import { schema } from "../../src/graphql/schema.ts";

export const OPERATIONS = ["query", "mutation", "subscription"] as const;
export type Operation = (typeof OPERATIONS)[number];
type Field = GraphQLField<unknown, unknown>;

export function rootFields(operation: Operation): readonly Field[] {
  const root = {
    query: schema.getQueryType(),
    mutation: schema.getMutationType(),
    subscription: schema.getSubscriptionType(),
  }[operation];
  return Object.values(root?.getFields() ?? {});
}

/** Fields below the root that cannot do without arguments, and those worth asking for few rows. */
const ARGUMENTS: Readonly<Record<string, string>> = {
  "Run.variantReport": "(rank: 1, points: 4)",
  "Run.distribution": "(metric: TOTAL_RETURN_PCT, bins: 3)",
  "Run.marginals": "(metric: TOTAL_RETURN_PCT)",
  "Run.neighbours": "(metric: TOTAL_RETURN_PCT, variantIndex: 1)",
  "Run.rank": "(first: 2, orderBy: { metric: TOTAL_RETURN_PCT })",
  "Run.surface": '(metric: TOTAL_RETURN_PCT, x: "fast.window", y: "slow.window")',
};

/** An operation that asks for everything that can be reached from one root field. */
export class WholeDocument {
  readonly text: string;
  /** `Type.field` of all that it selects. */
  readonly selected = new Set<string>();

  constructor(operation: Operation, field: Field, depth = 9) {
    const typed = field.args.map((arg) => `$${arg.name}: ${arg.type}`);
    const given = field.args.map((arg) => `${arg.name}: $${arg.name}`);
    const list = (items: readonly string[]) => (items.length === 0 ? "" : `(${items.join(", ")})`);
    const inner = this.#selection(field.type, depth, [field.name]);
    this.text = `${operation}${list(typed)} { ${field.name}${list(given)}${inner} }`;
  }

  #selection(output: GraphQLOutputType, depth: number, above: readonly string[]): string {
    const type = getNamedType(output);
    if (isLeafType(type)) return "";
    if (isObjectType(type)) return ` { __typename ${this.#fields(type, depth, above, "")} }`;
    if (!isAbstractType(type)) throw new Error(`${type} is no output`);
    const members = schema.getPossibleTypes(type).map((member) => {
      // Members may have fields of one name and several types, so each gets a name of its own.
      return `... on ${member} { ${this.#fields(member, depth, above, `${member}_`)} }`;
    });
    return ` { __typename ${members.join(" ")} }`;
  }

  #fields(
    type: GraphQLObjectType,
    depth: number,
    above: readonly string[],
    prefix: string,
  ): string {
    const parts: string[] = [];
    for (const field of Object.values(type.getFields())) {
      const place = `${type}.${field.name}`;
      const isNested = !isLeafType(getNamedType(field.type));
      if (isNested && (depth === 0 || above.includes(place))) continue;
      const args = ARGUMENTS[place] ?? "";
      if (args === "" && field.args.some(isRequired)) {
        throw new Error(`${place} needs arguments: say which in test/server/schema-walk.ts`);
      }
      this.selected.add(place);
      const inner = this.#selection(field.type, depth - 1, [...above, place]);
      parts.push(`${prefix}${field.name}: ${field.name}${args}${inner}`);
    }
    return parts.join(" ");
  }
}

/** `Type.field` of every object type there is, root types left out. */
export function allFields(): string[] {
  const roots: readonly (GraphQLNamedType | null | undefined)[] = [
    schema.getQueryType(),
    schema.getMutationType(),
    schema.getSubscriptionType(),
  ];
  return Object.values(schema.getTypeMap())
    .filter((type) => isObjectType(type) && !type.name.startsWith("__") && !roots.includes(type))
    .flatMap((type) =>
      Object.keys((type as GraphQLObjectType).getFields()).map((name) => `${type}.${name}`),
    );
}

function isRequired(arg: GraphQLArgument): boolean {
  return isNonNullType(arg.type) && arg.defaultValue === undefined;
}
