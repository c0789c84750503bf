import { complexityFromQuery } from "@pothos/plugin-complexity";
import {
  type DocumentNode,
  type ExecutionArgs,
  GraphQLError,
  getOperationAST,
  Kind,
  visit,
} from "graphql";
import { limitExceeded } from "./limit-exceeded.ts";
import type { RequestLimits } from "./limits.ts";

/** What an operation asks for, known before any of it runs. */
export interface RequestCost {
  /** One a field, times the page size of every connection above it. */
  readonly points: number;
  readonly depth: number;
  /** Fields selected, aliases and fragments counted. */
  readonly breadth: number;
  /** As written: those of a fragment once. */
  readonly aliases: number;
}

/** Null when operation or variables are faulty, which the execution will say. */
export function requestCost(args: ExecutionArgs): RequestCost | null {
  const document = chosenOperation(args);
  if (document === null) return null;
  try {
    const { complexity, depth, breadth } = complexityFromQuery(document, {
      schema: args.schema,
      variables: { ...args.variableValues },
    });
    return { points: complexity, depth, breadth, aliases: countAliases(document) };
  } catch (error) {
    if (error instanceof GraphQLError) return null;
    throw error;
  }
}

/** Why an operation is refused, or null when it is within its limits. */
export function costRefusal(cost: RequestCost, limits: RequestLimits): GraphQLError | null {
  const { points, depth, breadth, aliases } = cost;
  if (depth > limits.maxDepth) return limitExceeded("depth", depth, limits.maxDepth);
  if (breadth > limits.maxBreadth) return limitExceeded("breadth", breadth, limits.maxBreadth);
  if (aliases > limits.maxAliases) {
    return limitExceeded("number of aliases", aliases, limits.maxAliases);
  }
  if (points > limits.maxPoints) return limitExceeded("cost in points", points, limits.maxPoints);
  return null;
}

function countAliases(document: DocumentNode): number {
  let aliases = 0;
  visit(document, {
    Field({ alias, name }) {
      if (alias !== undefined && alias.value !== name.value) aliases++;
    },
  });
  return aliases;
}

/** The document without the operations that will not run. */
function chosenOperation({ document, operationName }: ExecutionArgs): DocumentNode | null {
  const operation = getOperationAST(document, operationName);
  if (operation == null) return null;
  const fragments = document.definitions.filter((def) => def.kind === Kind.FRAGMENT_DEFINITION);
  return { ...document, definitions: [operation, ...fragments] };
}
