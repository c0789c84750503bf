import type { ObjectRef, SchemaTypes } from "@pothos/core";
import { type Complaint, UserError, type UserErrorCode } from "../../core/user-error.ts";
import { builder } from "../builder.ts";
import { ErrorCodeEnum, RunStageEnum } from "./enums.ts";

/**
 * Expected failures as types of a result union. Behind each is a UserError, and its code says which
 * type it is. It is wrapped because the executor takes an Error that a resolver returns for one
 * that it threw.
 */
class Failure {
  readonly error: UserError;

  constructor(error: UserError) {
    this.error = error;
  }
}

const ErrorInterface = builder.interfaceRef<Failure>("Error").implement({
  description: "An expected failure: nothing was done.",
  fields: (t) => ({
    message: t.string({ description: "For a person.", resolve: ({ error }) => error.message }),
    code: t.field({
      type: ErrorCodeEnum,
      description: "For a program.",
      resolve: ({ error }) => error.code,
    }),
    path: t.string({
      nullable: true,
      description:
        "Where in the input, such as `input.request.topK`; null when it is no one field.",
      resolve: ({ error }) => error.complaints[0]?.path || null,
    }),
  }),
});

const ComplaintType = builder.objectRef<Complaint>("Complaint").implement({
  description: "One thing wrong with an input.",
  fields: (t) => ({
    path: t.exposeString("path", { description: "Where in the input." }),
    message: t.exposeString("message"),
    value: t.exposeString("value", { nullable: true, description: "What was given." }),
    bound: t.exposeString("bound", { nullable: true, description: "What was expected." }),
  }),
});

function errorType(name: string, description: string) {
  return builder.objectRef<Failure>(name).implement({ description, interfaces: [ErrorInterface] });
}

const ValidationError = errorType("ValidationError", "The input asks for what cannot be.");
const GridTooLarge = errorType("GridTooLarge", "More variants than a stage may have.");
const MemoryBudgetExceeded = errorType(
  "MemoryBudgetExceeded",
  "The run would need more memory than it may have.",
);
const QuotaExceeded = errorType("QuotaExceeded", "The owner has all that he may have.");
const QueueFull = errorType("QueueFull", "Too many runs are waiting.");
const ServiceOverloaded = errorType(
  "ServiceOverloaded",
  "The process has more than it can do: no run begins now, those under way go on.",
);

const ERROR_TYPES = {
  VALIDATION: ValidationError,
  GRID_TOO_LARGE: GridTooLarge,
  MEMORY_BUDGET_EXCEEDED: MemoryBudgetExceeded,
  QUEUE_FULL: QueueFull,
  SERVICE_OVERLOADED: ServiceOverloaded,
  QUOTA_EXCEEDED: QuotaExceeded,
  IDEMPOTENCY_CONFLICT: errorType(
    "IdempotencyConflict",
    "The idempotency key was used before, with another request.",
  ),
  NOT_FOUND: errorType("NotFound", "What the input names does not exist."),
  CONFLICT: errorType("Conflict", "The state it is in does not allow it."),
  FORBIDDEN: errorType("Forbidden", "The token's scope does not go that far."),
  DEADLINE_EXCEEDED: errorType(
    "DeadlineExceeded",
    "A synchronous request took longer than its deadline and was stopped.",
  ),
} as const satisfies Record<UserErrorCode, unknown>;

builder.objectField(ValidationError, "complaints", (t) =>
  t.field({
    type: [ComplaintType],
    description: "Everything that was found wrong, not only the first.",
    resolve: ({ error }) => error.complaints,
  }),
);

builder.objectFields(GridTooLarge, (t) => ({
  stage: t.field({
    type: RunStageEnum,
    description: "The stage that is too large.",
    resolve: ({ error }) => (error.details.stage === "STAGE_B" ? "STAGE_B" : "STAGE_A"),
  }),
  requested: t.float({
    description: "Variants asked for; exact up to 2^53.",
    resolve: ({ error }) => Number(error.details.requested),
  }),
  allowed: t.float({
    description: "Variants a stage may have.",
    resolve: ({ error }) => Number(error.details.allowed),
  }),
}));

builder.objectFields(MemoryBudgetExceeded, (t) => ({
  requested: t.float({
    description: "Bytes the run would need.",
    resolve: ({ error }) => Number(error.details.requested),
  }),
  allowed: t.float({
    description: "Bytes it may have.",
    resolve: ({ error }) => Number(error.details.allowed),
  }),
}));

builder.objectField(QueueFull, "retryAfterMs", (t) =>
  t.int({
    description: "Milliseconds after which another try makes sense.",
    resolve: ({ error }) => Number(error.details.retryAfterMs),
  }),
);

builder.objectFields(ServiceOverloaded, (t) => ({
  retryAfterMs: t.int({
    description: "Milliseconds after which another try makes sense.",
    resolve: ({ error }) => Number(error.details.retryAfterMs),
  }),
  reasons: t.stringList({
    description: "What there is too much of.",
    resolve: ({ error }) => error.complaints.map(({ message }) => message),
  }),
}));

builder.objectFields(QuotaExceeded, (t) => ({
  used: t.int({
    description: "Number of them there are.",
    resolve: ({ error }) => Number(error.details.used),
  }),
  allowed: t.int({
    description: "Number of them there may be.",
    resolve: ({ error }) => Number(error.details.allowed),
  }),
}));

/** A failure as a member of a result union. */
export function failureOf(error: UserError): object {
  return new Failure(error);
}

/** The code of a failure that a resolver has answered with; null for a success. */
export function failureCode(value: unknown): UserErrorCode | null {
  return value instanceof Failure ? value.error.code : null;
}

/**
 * A result union `name` of a success type and the failures its operation may have. That the token
 * does not go so far is one of them everywhere.
 */
export function outcome<Types extends SchemaTypes, Success extends object>(
  name: string,
  success: ObjectRef<Types, Success> & { name: string },
  codes: readonly UserErrorCode[],
) {
  const failures = [...codes, "FORBIDDEN" as const].map((code) => ERROR_TYPES[code]);
  const type = builder.unionType(name, {
    types: [success as never, ...failures],
    resolveType: (value) =>
      (value as unknown) instanceof Failure
        ? ERROR_TYPES[(value as Failure).error.code]
        : (success as never),
  });
  return {
    type,
    /** Runs the work; a UserError with one of the union's codes becomes its type. */
    async attempt(work: () => Promise<Success>): Promise<never> {
      try {
        return (await work()) as never;
      } catch (error) {
        if (error instanceof UserError && codes.includes(error.code)) {
          return new Failure(error) as never;
        }
        throw error;
      }
    },
  };
}
