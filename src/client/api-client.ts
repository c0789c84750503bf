import { createClient } from "graphql-ws";
import type { Operation } from "./operation.ts";

const REQUEST_TIMEOUT_MS = 30_000;

/** An error of the answer, as GraphQL has them. */
export interface AnswerError {
  readonly message: string;
  readonly extensions?: Readonly<Record<string, unknown>>;
}

/** The server answered with errors instead of data. */
export class AnswerErrors extends Error {
  override readonly name = "AnswerErrors";
  readonly errors: readonly AnswerError[];

  constructor(url: string, errors: readonly AnswerError[]) {
    super(`${url}: ${errors.map(({ message }) => message).join("; ")}`);
    this.errors = errors;
  }

  /** Code of the first error, such as `UNAUTHENTICATED`; null where it has none. */
  get code(): string | null {
    const code = this.errors[0]?.extensions?.code;
    return typeof code === "string" ? code : null;
  }
}

/** A GraphQL server over HTTP and websocket at one URL, such as `http://127.0.0.1:4000/graphql`. */
export class ApiClient {
  readonly url: string;
  readonly #access: { readonly authorization?: string };

  constructor(url: string, token: string | null = null) {
    this.url = url;
    this.#access = token === null ? {} : { authorization: `Bearer ${token}` };
  }

  /** Throws AnswerErrors, and an Error when the server cannot be reached. */
  async request<Data, Variables>(
    { text }: Operation<Data, Variables>,
    variables: Variables,
  ): Promise<Data> {
    const response = await this.#post(JSON.stringify({ query: text, variables }));
    const body = (await bodyOf(response)) as {
      readonly data?: Data | null;
      readonly errors?: readonly AnswerError[];
    } | null;
    const errors = body?.errors ?? [];
    if (errors.length > 0) throw new AnswerErrors(this.url, errors);
    if (body?.data != null) return body.data;
    throw new Error(`${this.url} answered ${response.status} without data`);
  }

  /**
   * Every answer of a subscription over a websocket of its own, until it completes or the signal
   * fires. Throws AnswerErrors, and an Error when the connection ends before.
   */
  async *subscribe<Data, Variables>(
    { text }: Operation<Data, Variables>,
    variables: Variables,
    signal?: AbortSignal,
  ): AsyncGenerator<Data> {
    const client = createClient({
      url: this.url.replace(/^http/, "ws"),
      connectionParams: this.#access,
      // A connection that is made again would begin from the start: see followRun.
      retryAttempts: 0,
    });
    const given = { ...(variables as Record<string, unknown>) };
    const answers = client.iterate<Data>({ query: text, variables: given });
    const stop = () => void answers.return?.();
    signal?.addEventListener("abort", stop);
    if (signal?.aborted) stop();
    try {
      for await (const { data, errors } of answers) {
        if (errors !== undefined) throw new AnswerErrors(this.url, errors as AnswerError[]);
        if (data != null) yield data;
      }
    } catch (error) {
      throw readable(this.url, error);
    } finally {
      signal?.removeEventListener("abort", stop);
      await client.dispose();
    }
  }

  /** Another path of the same server, such as an export, with the same token. */
  get(path: string): Promise<Response> {
    return fetch(new URL(path, this.url), { headers: { ...this.#access } });
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

async function bodyOf(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    return null;
  }
}

/** graphql-ws throws a list of errors, or the event that closed the socket. */
function readable(url: string, error: unknown): unknown {
  if (error instanceof Error) return error;
  if (Array.isArray(error)) return new AnswerErrors(url, error as AnswerError[]);
  const { code, reason } = error as { readonly code?: number; readonly reason?: string };
  return new ConnectionLost(`${url} closed the connection: ${code} ${reason}`, code ?? 1006);
}

/** The connection ended before the subscription did. */
export class ConnectionLost extends Error {
  override readonly name = "ConnectionLost";
  /** Of the close; 1006 without one. */
  readonly code: number;

  constructor(message: string, code: number) {
    super(message);
    this.code = code;
  }
}
