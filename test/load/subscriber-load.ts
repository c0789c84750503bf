import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { WebSocket } from "ws";

const QUERY = `subscription ($id: ID!) {
  runProgress(id: $id) { seq kind state stage done total best { params { name number text } } }
}`;
const ENDED = /"state":"(SUCCEEDED|FAILED|CANCELLED|TIMED_OUT)"/;

export interface Load {
  readonly url: string;
  readonly runId: string;
  /** Websockets, and subscriptions on each of them. */
  readonly sockets: number;
  readonly perSocket: number;
  /** Connections of server-sent events, one subscription each. */
  readonly streams: number;
  /** Of the streams, those that read nothing until they are let go on. */
  readonly slow: number;
}

export interface Subscribers {
  readonly count: number;
  /** Resolves when every one has had a first event; those that do not read are connected. */
  readonly ready: Promise<unknown>;
  /** Lets the slow ones read, and resolves with how many have had the event that ends the run. */
  finish(timeoutMs: number): Promise<number>;
  close(): void;
}

/** Many subscribers of one run on this machine, some of which do not read. */
export function openSubscribers(load: Load): Subscribers {
  if (new URL(load.url).hostname !== "127.0.0.1") throw new Error("only this machine");
  const sockets = Array.from({ length: load.sockets }, () => new SocketSubscriber(load));
  const streams = Array.from({ length: load.streams }, (_, i) => {
    return new StreamSubscriber(load, i < load.slow);
  });
  const all = [...sockets, ...streams];
  return {
    count: load.sockets * load.perSocket + load.streams,
    ready: Promise.all(all.map(({ ready }) => ready)),
    async finish(timeoutMs) {
      for (const stream of streams) stream.resume();
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, timeoutMs);
      await Promise.race([Promise.all(all.map(({ ended }) => ended)), promise]);
      clearTimeout(timer);
      return all.reduce((sum, { terminal }) => sum + terminal, 0);
    },
    close() {
      for (const subscriber of all) subscriber.close();
    },
  };
}

class SocketSubscriber {
  readonly ready: Promise<void>;
  readonly ended: Promise<void>;
  readonly #socket: WebSocket;
  readonly #over = new Set<string>();

  constructor({ url, runId, perSocket }: Load) {
    const ready = Promise.withResolvers<void>();
    const ended = Promise.withResolvers<void>();
    this.ready = ready.promise;
    this.ended = ended.promise;
    this.#socket = new WebSocket(url.replace(/^http/, "ws"), "graphql-transport-ws");
    const send = (message: object) => this.#socket.send(JSON.stringify(message));
    const started = new Set<string>();
    this.#socket.on("error", ready.reject);
    this.#socket.on("open", () => send({ type: "connection_init" }));
    this.#socket.on("message", (data) => {
      const text = String(data);
      const { type, id } = JSON.parse(text) as { type: string; id: string };
      if (type === "connection_ack") {
        for (let i = 0; i < perSocket; i++) {
          const payload = { query: QUERY, variables: { id: runId } };
          send({ type: "subscribe", id: String(i), payload });
        }
      }
      if (type === "next" && started.add(id).size === perSocket) ready.resolve();
      if (type === "next" && ENDED.test(text) && this.#over.add(id).size === perSocket) {
        ended.resolve();
      }
    });
  }

  get terminal(): number {
    return this.#over.size;
  }

  close(): void {
    this.#socket.terminate();
  }
}

class StreamSubscriber {
  readonly ready: Promise<unknown>;
  readonly ended: Promise<void>;
  readonly #socket: Socket;
  #tail = "";
  terminal = 0;

  constructor({ url, runId }: Load, slow: boolean) {
    const { hostname, port, host, pathname } = new URL(url);
    const body = JSON.stringify({ query: QUERY, variables: { id: runId } });
    this.#socket = connect(Number(port), hostname);
    this.#socket.write(
      `POST ${pathname} HTTP/1.1\r\nHost: ${host}\r\nAccept: text/event-stream\r\n` +
        "Content-Type: application/json\r\n" +
        `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
    const ended = Promise.withResolvers<void>();
    this.ended = ended.promise;
    if (slow) {
      this.#socket.pause();
      this.ready = once(this.#socket, "connect");
    } else {
      this.ready = once(this.#socket, "data");
    }
    this.#socket.on("error", () => {});
    this.#socket.on("data", (chunk: Buffer) => {
      // An event may come in pieces; what is kept is longer than any of them.
      this.#tail = (this.#tail + String(chunk)).slice(-4_000);
      if (!ENDED.test(this.#tail)) return;
      this.terminal = 1;
      ended.resolve();
    });
    if (slow) this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  close(): void {
    this.#socket.destroy();
  }
}
