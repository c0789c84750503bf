import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { WebSocket } from "ws";

export interface Message {
  readonly type: string;
  readonly id?: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into payloads of many shapes
  readonly payload?: any;
}

/** A client of bare messages: sends what it is told, in whatever order, and keeps all it gets. */
export class RawWebsocket {
  readonly socket: WebSocket;
  readonly received: Message[] = [];
  /** Code and reason of the end. */
  readonly closed: Promise<readonly [code: number, reason: string]>;
  readonly #opened: Promise<unknown>;
  readonly #waiting = new Set<() => void>();

  constructor(url: string, protocols: string | string[] = "graphql-transport-ws") {
    this.socket = new WebSocket(url.replace(/^http/, "ws"), protocols);
    this.#opened = once(this.socket, "open");
    this.#opened.catch(() => {});
    this.socket.on("message", (text) => {
      this.received.push(JSON.parse(String(text)));
      this.#wake();
    });
    this.socket.on("error", () => {});
    this.closed = new Promise((resolve) => {
      this.socket.on("close", (code, reason) => {
        resolve([code, String(reason)]);
        this.#wake();
      });
    });
  }

  async send(message: object | string | Buffer): Promise<this> {
    await this.#opened;
    const isRaw = typeof message === "string" || Buffer.isBuffer(message);
    this.socket.send(isRaw ? message : JSON.stringify(message));
    return this;
  }

  /** The first message of a type that has come or comes. Throws when the socket ends before. */
  async got(type: string, id?: string): Promise<Message> {
    for (;;) {
      const found = this.received.find((m) => m.type === type && (id === undefined || m.id === id));
      if (found !== undefined) return found;
      if (this.socket.readyState === WebSocket.CLOSED) throw new Error(`closed before ${type}`);
      await this.#news();
    }
  }

  async init(payload?: object): Promise<this> {
    await this.send({ type: "connection_init", ...(payload === undefined ? {} : { payload }) });
    await this.got("connection_ack");
    return this;
  }

  subscribe(id: string, query: string, variables: object = {}): Promise<this> {
    return this.send({ type: "subscribe", id, payload: { query, variables } });
  }

  #news(): Promise<void> {
    return new Promise((resolve) => this.#waiting.add(resolve));
  }

  #wake(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }

  /** Everything that came before a ping sent now was answered: messages are taken in turn. */
  async settled(): Promise<readonly Message[]> {
    const payload = { mark: randomBytes(4).toString("hex") };
    await this.send({ type: "ping", payload });
    const isEcho = (m: Message) => m.type === "pong" && m.payload?.mark === payload.mark;
    while (!this.received.some(isEcho)) {
      await this.#news();
    }
    return this.received.filter((m) => m.type !== "pong");
  }
}

/** A socket after the opening handshake, for frames that no library would send. */
export async function openTcp(url: string, headers: readonly string[] = []): Promise<Socket> {
  const { hostname, port, host, pathname } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.on("error", () => {});
  const lines = [
    `GET ${pathname} HTTP/1.1`,
    `Host: ${host}`,
    "Upgrade: websocket",
    "Connection: Upgrade",
    `Sec-WebSocket-Key: ${randomBytes(16).toString("base64")}`,
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Protocol: graphql-transport-ws",
    ...headers,
  ];
  socket.write(`${lines.join("\r\n")}\r\n\r\n`);
  const [answer] = (await once(socket, "data")) as [Buffer];
  if (!String(answer).startsWith("HTTP/1.1 101")) throw new Error(String(answer).split("\r\n")[0]);
  return socket;
}

/** A frame as a client sends it, or with anything wrong about it that can be. */
export function frame(
  payload: Buffer,
  { first = 0x81, masked = true, length = payload.length } = {},
): Buffer {
  const mask = masked ? 0x80 : 0;
  const head = Buffer.from(
    length < 126 ? [first, mask | length] : [first, mask | 126, length >> 8, length & 255],
  );
  if (!masked) return Buffer.concat([head, payload]);
  const key = randomBytes(4);
  return Buffer.concat([head, key, payload.map((byte, i) => byte ^ key[i % 4]!)]);
}

/** The code of the close frame that ends a socket; null when it ends without one. */
export async function closeFrame(socket: Socket): Promise<number | null> {
  let bytes = Buffer.alloc(0);
  const ended = new Promise<void>((resolve) => {
    socket.on("close", resolve);
    socket.on("data", (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk]);
      if (closeCodeIn(bytes) !== undefined) resolve();
    });
  });
  await ended;
  socket.destroy();
  return closeCodeIn(bytes) ?? null;
}

/** Undefined as long as there is no close frame; null for one without a code. */
function closeCodeIn(bytes: Buffer): number | null | undefined {
  // Frames of a server are not masked; the close frame is the last one and short.
  for (let at = 0; at + 2 <= bytes.length; ) {
    const length = bytes[at + 1]! & 0x7f;
    if ((bytes[at]! & 0x0f) === 8) return length >= 2 ? bytes.readUInt16BE(at + 2) : null;
    at += 2 + (length === 126 ? 2 + bytes.readUInt16BE(at + 2) : length);
  }
  return undefined;
}
