import { GraphQLError } from "graphql";
import { complaint, UserError } from "../core/user-error.ts";

/** Types that `node(id)` can find. */
export const NODE_TYPES = [
  "Dataset",
  "Import",
  "PinnedVariant",
  "Run",
  "Strategy",
  "Token",
] as const;
export type NodeType = (typeof NODE_TYPES)[number];

/** A UUID or a hash. */
const KEY = /^[A-Za-z0-9-]{1,100}$/;

/** `Type_key`: opaque to clients, readable in a log. */
export function encodeGlobalId(typename: string, key: string): string {
  return `${typename}_${key}`;
}

/** For `node` and `nodes`. Throws a GraphQLError on a text that is no global id. */
export function decodeGlobalId(globalId: string): { typename: string; id: string } {
  const found = split(globalId);
  if (found !== null) return { typename: found.type, id: found.key };
  throw new GraphQLError(`"${globalId.slice(0, 120)}" is not a global id`, {
    extensions: { code: "VALIDATION", value: globalId.slice(0, 120), bound: "a global id" },
  });
}

/**
 * The key behind a global id of one type. Throws UserError, with the path of the field it came in.
 */
export function keyOf(type: NodeType, globalId: string, path: string): string {
  const found = split(globalId);
  if (found?.type === type) return found.key;
  throw new UserError(
    "VALIDATION",
    complaint(path, `must be the global id of a ${type}`, globalId, `${type}_...`),
  );
}

function split(globalId: string): { type: NodeType; key: string } | null {
  const at = globalId.indexOf("_");
  const type = NODE_TYPES.find((name) => name === globalId.slice(0, at));
  const key = globalId.slice(at + 1);
  return type === undefined || !KEY.test(key) ? null : { type, key };
}
