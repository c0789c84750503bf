import {
  type FragmentDefinitionNode,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  parse,
  print,
  typeFromAST,
  validate,
  visit,
} from "graphql";
import { TypeWriter } from "./type-writer.ts";

/** A file of operations or fragments: its name without extension, and its text. */
export interface OperationSource {
  readonly name: string;
  readonly text: string;
}

const NOTE = "by `npm run client`; not edited.";

/**
 * The client's files by name: one an operation, with its text and its types, and `inputs.ts` with
 * the input types they take. Throws where an operation does not fit the schema.
 */
export function clientCode(
  schema: GraphQLSchema,
  sources: readonly OperationSource[],
): Map<string, string> {
  const parsed = sources.map(({ name, text }) => ({ name, document: parse(text) }));
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const { document } of parsed) {
    for (const node of document.definitions) {
      if (node.kind === Kind.FRAGMENT_DEFINITION) fragments.set(node.name.value, node);
    }
  }
  const inputs = new Set<string>();
  const files = new Map<string, string>();
  for (const { name, document } of parsed) {
    for (const node of document.definitions) {
      if (node.kind !== Kind.OPERATION_DEFINITION) continue;
      const writer = new TypeWriter(schema, fragments);
      files.set(`${name}.ts`, operationCode(schema, { name, node, fragments, writer }));
      for (const input of writer.inputs) inputs.add(input);
    }
  }
  files.set("inputs.ts", inputsCode(schema, inputs));
  return files;
}

interface Parts {
  readonly name: string;
  readonly node: OperationDefinitionNode;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly writer: TypeWriter;
}

function operationCode(schema: GraphQLSchema, { name, node, fragments, writer }: Parts): string {
  const constant = node.name?.value;
  if (constant === undefined) throw new Error(`the operation in ${name}.graphql has no name`);
  const type = constant[0]!.toUpperCase() + constant.slice(1);
  const text = [node, ...usedFragments(node, fragments)].map(print).join("\n");
  const faults = validate(schema, parse(text));
  if (faults.length > 0) throw new Error(`${name}.graphql: ${faults.join("; ")}`);
  const root = schema.getRootType(node.operation);
  const data = writer.output(root!, node.selectionSet.selections).replace(/ \| null$/, "");
  const variables = (node.variableDefinitions ?? []).map(({ variable, type, defaultValue }) =>
    writer.inputField(
      variable.name.value,
      typeFromAST(schema, type as never) as never,
      defaultValue !== undefined,
    ),
  );
  const imported = [...writer.inputs].sort();
  return [
    `// Generated from ${name}.graphql ${NOTE}`,
    'import type { Operation } from "../operation.ts";',
    ...(imported.length === 0
      ? []
      : [`import type { ${imported.join(", ")} } from "./inputs.ts";`]),
    variables.length === 0
      ? `export type ${type}Variables = Readonly<Record<string, never>>;`
      : `export interface ${type}Variables { ${variables.join("\n")} }`,
    `export type ${type}Data = ${data};`,
    `export const ${constant}: Operation<${type}Data, ${type}Variables> = {`,
    `  kind: "${node.operation}", name: "${constant}",`,
    `  text: \`${text}\`,`,
    "};",
  ].join("\n\n");
}

function usedFragments(
  node: OperationDefinitionNode | FragmentDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  used = new Set<FragmentDefinitionNode>(),
): Set<FragmentDefinitionNode> {
  visit(node, {
    FragmentSpread({ name }) {
      const fragment = fragments.get(name.value);
      if (fragment === undefined || used.has(fragment)) return;
      used.add(fragment);
      usedFragments(fragment, fragments, used);
    },
  });
  return used;
}

/** Declarations in the order of their names; a type that one needs is declared as well. */
function inputsCode(schema: GraphQLSchema, names: ReadonlySet<string>): string {
  const writer = new TypeWriter(schema, new Map());
  const declared = new Map<string, string>();
  for (const name of names) writer.inputs.add(name);
  for (let more = true; more; ) {
    more = false;
    for (const name of [...writer.inputs]) {
      if (declared.has(name)) continue;
      declared.set(name, writer.declaration(name));
      more = true;
    }
  }
  const sorted = [...declared].sort(([a], [b]) => (a < b ? -1 : 1));
  return [`// Generated from schema.graphql ${NOTE}`, ...sorted.map(([, text]) => text)].join(
    "\n\n",
  );
}
