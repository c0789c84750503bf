import { type ExecutionResult, GraphQLError, getOperationAST } from "graphql";
import { isAsyncIterable, type Plugin } from "graphql-yoga";
import { checkDocument } from "../graphql/document-limits.ts";
import type { RequestLimits } from "../graphql/limits.ts";
import { costRefusal, requestCost } from "../graphql/request-cost.ts";

/** Long documents are refused before they are parsed, over HTTP and websocket alike. */
export function useDocumentLimits(limits: RequestLimits): Plugin {
  return {
    onParse({ params }) {
      const { source } = params;
      checkDocument(typeof source === "string" ? source : source.body, limits);
    },
  };
}

/**
 * An operation that costs too much is refused as a whole; the cost of the others is in the answer.
 */
export function useCostLimits(limits: RequestLimits): Plugin {
  return {
    onExecute({ args, setResultAndStopExecution }) {
      const cost = requestCost(args);
      const refusal = cost && costRefusal(cost, limits);
      if (refusal !== null) {
        setResultAndStopExecution({ errors: [refusal] });
        return;
      }
      return {
        onExecuteDone({ result, setResult }) {
          if (cost === null) return;
          const { points, depth, breadth } = cost;
          const said = { cost: { points, depth, breadth } };
          if (isAsyncIterable(result)) setResult(sayingFirst(result, said) as never);
          else setResult({ ...result, extensions: { ...result.extensions, ...said } });
        },
      };
    },
    onSubscribe({ args, setResultAndStopExecution }) {
      const cost = requestCost(args);
      const refusal = cost && costRefusal(cost, limits);
      if (refusal !== null) setResultAndStopExecution({ errors: [refusal] });
    },
  };
}

/** Of an answer in parts the first one has the extensions. */
async function* sayingFirst(
  parts: AsyncIterable<ExecutionResult>,
  extensions: object,
): AsyncGenerator<ExecutionResult> {
  let first = true;
  for await (const part of parts) {
    yield first ? { ...part, extensions: { ...part.extensions, ...extensions } } : part;
    first = false;
  }
}

const CSRF_HEADER = "x-sweepline-csrf";
/** What a foreign page may send without asking first. */
const SIMPLE_TYPES = ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain"];

/**
 * A POST that a browser sends across origins without a preflight must carry a header that a foreign
 * page cannot set. JSON always needs a preflight; GET never changes anything.
 */
export function useCsrfGuard(): Plugin {
  return {
    onRequest({ request, fetchAPI, endResponse }) {
      if (request.method !== "POST" || request.headers.has(CSRF_HEADER)) return;
      const type = request.headers.get("content-type")?.split(";")[0].trim().toLowerCase() ?? "";
      if (type !== "" && !SIMPLE_TYPES.includes(type)) return;
      const message = `A POST with content type "${type}" needs the header ${CSRF_HEADER}`;
      const body = {
        errors: [{ message, extensions: { code: "CSRF_GUARD", header: CSRF_HEADER } }],
      };
      endResponse(fetchAPI.Response.json(body, { status: 403 }));
    },
  };
}

/** How long queries take; mutations and subscriptions may take as long as what they are about. */
export function useQueryWatch(watch: () => () => void): Plugin {
  return {
    onExecute({ args }) {
      const operation = getOperationAST(args.document, args.operationName);
      if (operation?.operation !== "query") return;
      return { onExecuteDone: watch() };
    },
  };
}

/** Answers a query that takes too long with an error. */
export function useQueryTimeout(timeoutMs: number): Plugin {
  return {
    onExecute({ args, executeFn, setExecuteFn }) {
      const operation = getOperationAST(args.document, args.operationName);
      if (operation?.operation !== "query") return;
      setExecuteFn((input) => within(timeoutMs, executeFn(input)));
    },
  };
}

async function within(timeoutMs: number, work: ExecutionResult | Promise<ExecutionResult>) {
  const { promise, resolve } = Promise.withResolvers<ExecutionResult>();
  const timer = setTimeout(() => resolve({ errors: [timedOut(timeoutMs)] }), timeoutMs);
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}

function timedOut(timeoutMs: number): GraphQLError {
  return new GraphQLError(`The query took longer than ${timeoutMs} ms`, {
    extensions: { code: "TIMEOUT", bound: timeoutMs, http: { status: 504 } },
  });
}
