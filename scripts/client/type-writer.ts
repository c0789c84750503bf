import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  isAbstractType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  isScalarType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from "graphql";

/** How each scalar travels as JSON. */
const SCALARS: Readonly<Record<string, string>> = {
  ID: "string",
  String: "string",
  DateTime: "string",
  Boolean: "boolean",
  Int: "number",
  Float: "number",
  SafeInt: "number",
};

/** Writes what an operation takes and answers as TypeScript types. */
export class TypeWriter {
  readonly #schema: GraphQLSchema;
  readonly #fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** Input types that were named; they are declared in a file of their own. */
  readonly inputs = new Set<string>();

  constructor(schema: GraphQLSchema, fragments: ReadonlyMap<string, FragmentDefinitionNode>) {
    this.#schema = schema;
    this.#fragments = fragments;
  }

  output(type: GraphQLOutputType, selections: readonly SelectionNode[]): string {
    if (isNonNullType(type)) return this.#present(type.ofType, selections);
    return `${this.#present(type, selections)} | null`;
  }

  input(type: GraphQLInputType): string {
    if (isNonNullType(type)) return this.#given(type.ofType);
    return `${this.#given(type)} | null`;
  }

  /** `name: type;` of a variable or a field of an input. */
  inputField(name: string, type: GraphQLInputType, hasDefault: boolean): string {
    const isOptional = !isNonNullType(type) || hasDefault;
    const text = this.input(type);
    return isOptional ? `readonly ${name}?: ${text} | undefined;` : `readonly ${name}: ${text};`;
  }

  /** The declaration of an input type by name. */
  declaration(name: string): string {
    const type = this.#schema.getType(name);
    if (!isInputObjectType(type)) throw new Error(`${name} is no input type`);
    const fields = Object.values(type.getFields());
    if (type.isOneOf) {
      const forms = fields.map((f) => `{ readonly ${f.name}: ${this.#given(f.type)} }`);
      return `export type ${name} = ${forms.join(" | ")};`;
    }
    const lines = fields.map((f) => this.inputField(f.name, f.type, f.defaultValue !== undefined));
    return `export interface ${name} { ${lines.join("\n")} }`;
  }

  #given(type: GraphQLInputType): string {
    if (isNonNullType(type)) return this.#given(type.ofType);
    if (isListType(type)) return `readonly (${this.input(type.ofType)})[]`;
    if (!isInputObjectType(type)) return leaf(type);
    this.inputs.add(type.name);
    return type.name;
  }

  #present(type: GraphQLOutputType, selections: readonly SelectionNode[]): string {
    if (isNonNullType(type)) return this.#present(type.ofType, selections);
    if (isListType(type)) return `readonly (${this.output(type.ofType, selections)})[]`;
    if (isObjectType(type)) return this.#object([type], selections);
    if (isAbstractType(type)) return this.#members(type, selections);
    return leaf(type);
  }

  /** Members with the same fields are one form, with several names. */
  #members(type: GraphQLOutputType, selections: readonly SelectionNode[]): string {
    if (!isAbstractType(type)) throw new Error(`${String(type)} has no members`);
    const forms = new Map<string, GraphQLObjectType[]>();
    for (const member of this.#schema.getPossibleTypes(type)) {
      const form = this.#object([member], selections, "*");
      forms.set(form, [...(forms.get(form) ?? []), member]);
    }
    return [...forms.values()].map((members) => this.#object(members, selections)).join(" | ");
  }

  #object(
    types: readonly GraphQLObjectType[],
    selections: readonly SelectionNode[],
    typename = types.map(({ name }) => JSON.stringify(name)).join(" | "),
  ): string {
    const type = types[0]!;
    const chosen = new Map<string, { readonly nodes: FieldNode[]; optional: boolean }>();
    this.#collect(type, selections, false, chosen);
    const fields = [...chosen].map(([name, { nodes, optional }]) => {
      const field = nodes[0]!.name.value;
      const inner = nodes.flatMap(({ selectionSet }) => selectionSet?.selections ?? []);
      const text =
        field === "__typename" ? typename : this.output(type.getFields()[field]!.type, inner);
      return `readonly ${name}${optional ? "?" : ""}: ${text};`;
    });
    return `{ ${fields.join("\n")} }`;
  }

  #collect(
    type: GraphQLObjectType,
    selections: readonly SelectionNode[],
    optional: boolean,
    into: Map<string, { readonly nodes: FieldNode[]; optional: boolean }>,
  ): void {
    for (const selection of selections) {
      const maybe = optional || (selection.directives ?? []).length > 0;
      if (selection.kind === Kind.FIELD) {
        const name = selection.alias?.value ?? selection.name.value;
        const known = into.get(name);
        if (known === undefined) into.set(name, { nodes: [selection], optional: maybe });
        else known.nodes.push(selection);
        continue;
      }
      const [condition, set] = this.#fragment(selection);
      if (condition === null || this.#applies(condition, type)) {
        this.#collect(type, set.selections, maybe, into);
      }
    }
  }

  #fragment(
    node: Exclude<SelectionNode, FieldNode>,
  ): readonly [condition: string | null, selections: SelectionSetNode] {
    if (node.kind === Kind.INLINE_FRAGMENT) {
      return [node.typeCondition?.name.value ?? null, node.selectionSet];
    }
    const fragment = this.#fragments.get(node.name.value);
    if (fragment === undefined) throw new Error(`there is no fragment ${node.name.value}`);
    return [fragment.typeCondition.name.value, fragment.selectionSet];
  }

  #applies(condition: string, type: GraphQLObjectType): boolean {
    const named = this.#schema.getType(condition);
    if (named === type) return true;
    return isAbstractType(named) && this.#schema.isSubType(named, type);
  }
}

function leaf(type: GraphQLNamedType): string {
  if (isEnumType(type)) {
    return type
      .getValues()
      .map(({ name }) => JSON.stringify(name))
      .join(" | ");
  }
  const scalar = isScalarType(type) ? SCALARS[type.name] : undefined;
  if (scalar === undefined) throw new Error(`say in SCALARS how ${type.name} travels`);
  return scalar;
}
