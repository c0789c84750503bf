import { useDeferStream } from "@graphql-yoga/plugin-defer-stream";
import {
  type DirectiveNode,
  type DocumentNode,
  type ExecutionArgs,
  GraphQLError,
  getOperationAST,
  getVariableValues,
  valueFromASTUntyped,
  visit,
} from "graphql";
import { isAsyncIterable, type Plugin } from "graphql-yoga";
import { limitExceeded } from "../graphql/limit-exceeded.ts";

/** Parts of an answer that may come later: each holds its place until it has come. */
const MAX_DEFERRED_PARTS = 20;

/**
 * `@defer` and `@stream`: what they stand at costs what it costs without them, there are so many of
 * them at most, and an answer has to be whole within the time of any query.
 */
export function useIncrementalDelivery(timeoutMs: number): Plugin {
  return {
    onPluginInit({ addPlugin }) {
      addPlugin(useDeferStream() as never);
    },
    onExecute({ args, setResultAndStopExecution }) {
      const parts = deferredParts(args.document);
      if (parts.length === 0) return;
      const refusal = refusalOf(parts, coercedVariables(args));
      if (refusal !== null) {
        setResultAndStopExecution({ errors: [refusal] });
        return;
      }
      return {
        onExecuteDone({ result, setResult }) {
          if (isAsyncIterable(result)) setResult(within(result, timeoutMs) as never);
        },
      };
    },
  };
}

function deferredParts(document: DocumentNode): DirectiveNode[] {
  const parts: DirectiveNode[] = [];
  visit(document, {
    Directive(node) {
      if (node.name.value === "defer" || node.name.value === "stream") parts.push(node);
    },
  });
  return parts;
}

/** With their defaults; empty where they do not fit, which the execution will say. */
function coercedVariables(args: ExecutionArgs): Readonly<Record<string, unknown>> {
  const operation = getOperationAST(args.document, args.operationName);
  const defined = operation?.variableDefinitions ?? [];
  return getVariableValues(args.schema, defined, { ...args.variableValues }).coerced ?? {};
}

function refusalOf(
  parts: readonly DirectiveNode[],
  variables: Readonly<Record<string, unknown>>,
): GraphQLError | null {
  if (parts.length > MAX_DEFERRED_PARTS) {
    return limitExceeded("number of deferred parts", parts.length, MAX_DEFERRED_PARTS);
  }
  for (const part of parts) {
    const count = part.arguments?.find(({ name }) => name.value === "initialCount");
    const value = count && valueFromASTUntyped(count.value, variables);
    if (typeof value !== "number" || value >= 0) continue;
    const message = `@stream(initialCount:) must be at or above 0, not ${value}`;
    return new GraphQLError(message, { nodes: [part], extensions: { code: "BAD_USER_INPUT" } });
  }
  return null;
}

/** The same parts, given up when the time is over. */
async function* within(
  source: AsyncIterable<object>,
  timeoutMs: number,
): AsyncGenerator<object, void> {
  const iterator = source[Symbol.asyncIterator]();
  const { promise, resolve } = Promise.withResolvers<null>();
  const timer = setTimeout(() => resolve(null), timeoutMs);
  try {
    for (;;) {
      const step = await Promise.race([iterator.next(), promise]);
      if (step === null) {
        const message = `The rest of the answer took longer than ${timeoutMs} ms`;
        const extensions = { code: "TIMEOUT", bound: timeoutMs };
        yield {
          incremental: [],
          hasNext: false,
          errors: [new GraphQLError(message, { extensions })],
        };
        return;
      }
      if (step.done === true) return;
      yield step.value;
    }
  } finally {
    clearTimeout(timer);
    void iterator.return?.()?.catch(() => {});
  }
}
