import { createClient } from "graphql-ws";
import { UserError } from "../../config.ts";

const REQUEST_TIMEOUT_MS = 30_000;

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

/** What to select of a result union besides the success type. */
export const FAILURE_FIELDS = `
  __typename
  ... on Error { code message path }
  ... on ValidationError { complaints { path message value bound } }
`;

/** A GraphQL server over HTTP and websocket at one URL, such as `http://127.0.0.1:4000/graphql`. */
export class ApiClient {
  readonly url: string;
  readonly #access: { readonly authorization?: string };

  constructor(url: string, token: string | null = null) {
    this.url = url;
    this.#access = token === null ? {} : { authorization: `Bearer ${token}` };
  }

  /** Throws when the server cannot be reached, or answers with errors instead of data. */
  async request<Data>(query: string, variables: object = {}): Promise<Data> {
    const response = await this.#post(JSON.stringify({ query, variables }));
    const body = (await response.json()) as {
      data?: Data;
      errors?: readonly { message: string }[];
    };
    if (body.errors !== undefined && body.errors.length > 0) {
      throw new Error(`${this.url}: ${body.errors.map((error) => error.message).join("; ")}`);
    }
    if (body.data === undefined)
      throw new Error(`${this.url} answered ${response.status} without data`);
    return body.data;
  }

  /** Every answer of a subscription over a websocket, until it completes or the signal fires. */
  async *subscribe<Data>(
    query: string,
    variables: object,
    signal?: AbortSignal,
  ): AsyncGenerator<Data> {
    const client = createClient({
      url: this.url.replace(/^http/, "ws"),
      connectionParams: this.#access,
      retryAttempts: 5,
    });
    const answers = client.iterate<Data>({ query, variables: { ...variables } });
    const stop = () => void answers.return?.();
    signal?.addEventListener("abort", stop);
    try {
      for await (const { data, errors } of answers) {
        if (errors !== undefined) throw new Error(errors.map((e) => e.message).join("; "));
        if (data != null) yield data;
      }
    } finally {
      signal?.removeEventListener("abort", stop);
      await client.dispose();
    }
  }

  /** What another path of the server answers with. Throws its refusal as the UserError it was. */
  async download(path: string): Promise<AsyncIterable<Uint8Array>> {
    const response = await fetch(new URL(path, this.url), { headers: { ...this.#access } });
    if (response.ok && response.body !== null) return response.body;
    const { error } = (await response.json()) as {
      readonly error: Pick<UserError, "code" | "message" | "complaints">;
    };
    const only = { path: "", message: error.message, value: null, bound: null };
    throw new UserError(error.code, error.complaints ?? only);
  }

  async #post(body: string): Promise<Response> {
    try {
      return await fetch(this.url, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          accept: "application/json",
          ...this.#access,
        },
        body,
        signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
      });
    } catch (error) {
      const { cause, message } = error as Error & { cause?: { code?: string; message?: string } };
      throw new Error(
        `no server answers at ${this.url}: ${cause?.code ?? cause?.message ?? message}`,
      );
    }
  }
}

/** The success of a result union; a failure is thrown as the UserError it was on the server. */
export function successOf<Success extends object>(
  outcome: Success | Failure,
  typename: string,
): Success {
  if (!("__typename" in outcome) || outcome.__typename === typename) return outcome as Success;
  const { code, message, path, complaints } = outcome as Failure;
  const only = { path: path ?? "", message, value: null, bound: null };
  throw new UserError(code as UserError["code"], complaints ?? only);
}
