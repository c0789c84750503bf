import { createClient } from "graphql-ws";

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of many shapes
  readonly data: any;
  readonly errors?: readonly {
    readonly message: string;
    readonly path?: readonly unknown[];
    readonly extensions?: Readonly<Record<string, unknown>>;
  }[];
  readonly text: string;
}

/** One GraphQL request by POST. */
export async function post(
  url: string,
  query: string,
  variables: object = {},
  init: RequestInit = {},
): Promise<Answer> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query, variables }),
    ...init,
  });
  return await answerOf(response);
}

export async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text();
  const { status, headers } = response;
  const isJson = headers.get("content-type")?.includes("json") === true;
  return { status, headers, text, ...(isJson ? JSON.parse(text) : {}) };
}

/** A subscription over a websocket of its own. */
export function overWebsocket(url: string, query: string, variables: object) {
  const client = createClient({ url, retryAttempts: 0 });
  const results = client.iterate({ query, variables: variables as Record<string, unknown> });
  return { results, stop: () => client.dispose() };
}

/** A subscription over server-sent events: the data of each `next`, until `complete` or the end. */
export async function* overSse(
  url: string,
  query: string,
  variables: object,
  signal?: AbortSignal,
  headers: Readonly<Record<string, string>> = {},
): AsyncGenerator<{ readonly event: string; readonly data: unknown }> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers, accept: "text/event-stream" },
    body: JSON.stringify({ query, variables }),
    ...(signal === undefined ? {} : { signal }),
  });
  let text = "";
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
      const block = text.slice(0, end);
      text = text.slice(end + 2);
      const event = /^event: ?(.*)$/m.exec(block)?.[1];
      const data = /^data: ?(.*)$/m.exec(block)?.[1];
      if (event !== undefined) yield { event, data: data ? JSON.parse(data) : null };
    }
  }
}
