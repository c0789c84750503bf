import {
  defaultFieldResolver,
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isUnionType,
} from "graphql";
import { allows, type Scope } from "../../access/principal.ts";
import { complaint, UserError } from "../../core/user-error.ts";
import type { AuditEntry } from "../../store/access-records.ts";
import type { GraphqlContext } from "../context.ts";
import { failureCode, failureOf } from "../schema/errors.ts";

type RootField = GraphQLField<unknown, GraphqlContext>;
type Resolver = GraphQLFieldResolver<unknown, GraphqlContext>;

/**
 * Every root field asks for a scope: that in its extensions, else `run` for a mutation and `read`
 * for anything else, which every principal has. Mutations are written into the audit log, done or
 * refused. It holds for fields that nobody has thought of yet.
 */
export function guardRootFields(schema: GraphQLSchema): GraphQLSchema {
  const none = () => [];
  for (const field of fieldsOf(schema.getQueryType()) ?? none()) {
    const scope = requiredScope(field, "read");
    if (scope !== "read") field.resolve = guarded(field, scope);
  }
  for (const field of fieldsOf(schema.getMutationType()) ?? none()) {
    field.resolve = audited(field.name, guarded(field, requiredScope(field, "run")));
  }
  return schema;
}

/** The scope that a root field asks for. */
export function requiredScope(field: RootField, byDefault: Scope): Scope {
  return (field.extensions as { readonly scope?: Scope }).scope ?? byDefault;
}

function fieldsOf(type: GraphQLObjectType | null | undefined): RootField[] {
  return type == null ? [] : Object.values(type.getFields());
}

function guarded(field: RootField, scope: Scope): Resolver {
  const resolve = field.resolve ?? defaultFieldResolver;
  return (root, args, context, info) => {
    const { viewer } = context;
    if (allows(viewer, scope)) return resolve(root, args, context, info);
    const message = `${field.name} needs a token of scope ${scope}`;
    const forbidden = new UserError("FORBIDDEN", complaint("", message, viewer.scope, scope));
    if (isUnionType(getNamedType(field.type))) return failureOf(forbidden);
    throw forbidden;
  };
}

function audited(action: string, resolve: Resolver): Resolver {
  return async (root, args, context, info) => {
    let answer: unknown;
    try {
      answer = await resolve(root, args, context, info);
    } catch (error) {
      const outcome = error instanceof UserError ? error.code : "ERROR";
      await record(context, { action, target: targetOf(args, null), outcome });
      throw error;
    }
    const outcome = failureCode(answer) ?? "OK";
    await record(context, { action, target: targetOf(args, answer), outcome });
    return answer;
  };
}

/** What is done stays done: a row that cannot be written goes to the log of the service instead. */
async function record(
  { viewer, services, requestId, onUnaudited }: GraphqlContext,
  done: Pick<AuditEntry, "action" | "target" | "outcome">,
): Promise<void> {
  const { owner, tokenId } = viewer;
  const entry = { owner, tokenId, requestId, ...done };
  try {
    await services.store.access.recordAction(entry);
  } catch (error) {
    onUnaudited(entry, error);
  }
}

/** An id as the API has them is short and has no blanks; nothing else gets into the log. */
const ID = /^[\w-]{1,120}$/;

/** What was named in the input, or chosen, or what came out. */
function targetOf({ input }: Record<string, unknown>, answer: unknown): string | null {
  const { id, mode, override } = (input ?? {}) as Readonly<Record<string, unknown>>;
  const named = id ?? mode ?? override;
  if (typeof named === "string") return ID.test(named) ? named : null;
  const made = answer as Record<"run" | "token" | "dataset", Record<string, string>> | null;
  return made?.run?.id ?? made?.token?.id ?? made?.dataset?.hash ?? null;
}
