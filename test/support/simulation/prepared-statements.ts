import {
  type PGlite,
  parse,
  protocol,
  type QueryOptions,
  type Results,
} from "@electric-sql/pglite";

type Client = Pick<PGlite, "query" | "transaction">;
type Parsers = NonNullable<QueryOptions["parsers"]>;
type AllParsers = PGlite["parsers"];
type Statement = { readonly name: string; readonly types: readonly number[] };

const { serialize } = protocol;

/**
 * Makes an embedded database parse and plan each statement once, and take it in one message instead
 * of six. What it answers is the same; a simulation asks the same few statements again and again.
 */
export function prepareStatements(client: PGlite): void {
  const prepared = new Prepared(client);
  let last: Promise<unknown> = Promise.resolve();
  // One after another, as the client itself has it.
  const alone = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = last.then(work);
    last = turn.catch(() => {});
    return turn;
  };
  const methods: Client = {
    query: (text, params, options) => alone(() => prepared.query(text, params, options)),
    transaction: (callback) => alone(() => prepared.transaction(callback)),
  };
  Object.assign(client, methods);
}

class Prepared {
  readonly #client: PGlite;
  readonly #statements = new Map<string, Statement>();
  readonly #parsers = new Map<Parsers, AllParsers>();

  constructor(client: PGlite) {
    this.#client = client;
  }

  readonly query = async <T>(
    text: string,
    params: unknown[] = [],
    options: QueryOptions = {},
  ): Promise<Results<T>> => {
    const { name, types } = this.#statements.get(text) ?? (await this.#prepare(text));
    const { serializers } = this.#client;
    const values = params.map((value, i) => {
      if (value === null || value === undefined) return null;
      const serializer = options.serializers?.[types[i]] ?? serializers[types[i]];
      return serializer === undefined ? String(value) : serializer(value);
    });
    const messages = await this.#send(
      serialize.bind({ statement: name, values }),
      serialize.describe({ type: "P" }),
      serialize.execute(),
    );
    const { parsers: _own, ...form } = options;
    return parse.parseResults(messages, this.#parsersOf(options), form)[0] as Results<T>;
  };

  async transaction<T>(callback: Parameters<PGlite["transaction"]>[0]): Promise<T> {
    await this.#client.exec("begin");
    try {
      const result = await callback({ query: this.query } as Parameters<typeof callback>[0]);
      await this.#client.exec("commit");
      return result as T;
    } catch (error) {
      await this.#client.exec("rollback");
      throw error;
    }
  }

  /** The client puts two hundred of them together for each statement, which takes its time. */
  #parsersOf({ parsers = {} }: QueryOptions): AllParsers {
    const all = this.#parsers.get(parsers) ?? { ...this.#client.parsers, ...parsers };
    this.#parsers.set(parsers, all);
    return all;
  }

  async #prepare(text: string): Promise<Statement> {
    const name = `s${this.#statements.size}`;
    const messages = await this.#send(
      serialize.parse({ name, text }),
      serialize.describe({ type: "S", name }),
    );
    const statement = { name, types: parse.parseDescribeStatementResults(messages) };
    this.#statements.set(text, statement);
    return statement;
  }

  async #send(...parts: Uint8Array[]) {
    const all = Buffer.concat([...parts, serialize.sync()]);
    const { messages } = await this.#client.execProtocol(all, { syncToFs: false });
    return messages;
  }
}
