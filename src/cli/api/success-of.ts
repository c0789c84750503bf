import { UserError } from "../../config.ts";

/** The shape of every failure in a result union. */
interface Failure {
  readonly __typename: string;
  readonly code: string;
  readonly message: string;
  readonly path: string | null;
  readonly complaints?: readonly {
    readonly path: string;
    readonly message: string;
    readonly value: string | null;
    readonly bound: string | null;
  }[];
}

/** The success of a result union; a failure is thrown as the UserError it was on the server. */
export function successOf<
  Answer extends { readonly __typename: string },
  Name extends Answer["__typename"],
>(outcome: Answer, typename: Name): Extract<Answer, { readonly __typename: Name }> {
  if (outcome.__typename === typename) return outcome as never;
  const { code, message, path, complaints } = outcome as unknown as Failure;
  // The message of the server has the path in front already.
  const said = path !== null && message.startsWith(`${path}: `);
  const text = said ? message.slice(path.length + 2) : message;
  const only = { path: path ?? "", message: text, value: null, bound: null };
  throw new UserError(code as UserError["code"], complaints ?? only);
}
