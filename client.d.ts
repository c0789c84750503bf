/**
 * The part of src/client/index.ts that notebooks use, in types that tslab's own compiler
 * (TypeScript 5.0) understands. Thin on purpose; a test holds the real client to it.
 */

/** A GraphQL operation with what it takes and answers. */
export interface Operation<Data, Variables> {
  readonly kind: "query" | "mutation" | "subscription";
  readonly name: string;
  readonly text: string;
  readonly data?: Data;
  readonly variables?: Variables;
}

export declare class ApiClient {
  constructor(url: string, token?: string | null);
  readonly url: string;
  /** Throws for errors of the answer, and when the server cannot be reached. */
  request<Data, Variables>(
    operation: Operation<Data, Variables>,
    variables: Variables,
  ): Promise<Data>;
}

export interface ProgressEvent {
  readonly seq: number;
  readonly kind: string;
  readonly state: string;
  readonly stage: string;
  readonly done: number;
  readonly total: number;
}

/** Follows a run to its end over as many connections as it takes, without a gap or a repeat. */
export declare function followRun(
  client: ApiClient,
  id: string,
  options?: { readonly after?: number },
): AsyncIterable<ProgressEvent>;
