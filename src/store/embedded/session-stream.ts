import { Duplex } from "node:stream";
import { freeWritten } from "../free-arrays.ts";
import type { EmbeddedSession } from "./session.ts";

type Done = (error?: Error | null) => void;
type Chunk = { readonly chunk: Buffer };

/**
 * What node-postgres takes for a socket: bytes written to it go to a session of the embedded
 * database, and what that answers can be read.
 */
export class SessionStream extends Duplex {
  readonly #open: () => Promise<EmbeddedSession>;
  readonly #onAnswered: (bytes: number) => void;
  #session: Promise<EmbeddedSession> | null = null;
  /** Answers come in the order of what was asked. */
  #latest: Promise<void> = Promise.resolve();

  /** `onAnswered` is told how many bytes the messages had that are answered. */
  constructor(open: () => Promise<EmbeddedSession>, onAnswered: (bytes: number) => void) {
    super();
    this.#open = open;
    this.#onAnswered = onAnswered;
  }

  /** Called by the driver, as of a socket. */
  connect(): this {
    this.#session = this.#open();
    this.#session.then(
      () => this.emit("connect"),
      (error: Error) => this.destroy(error),
    );
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, done: Done): void {
    this._writev([{ chunk }], done);
  }

  /** All that the driver has written in one go: whole messages. */
  override _writev(chunks: readonly Chunk[], done: Done): void {
    // In memory of its own, for it goes to another thread.
    const messages = new Uint8Array(chunks.reduce((total, { chunk }) => total + chunk.length, 0));
    let at = 0;
    for (const { chunk } of chunks) {
      messages.set(chunk, at);
      at += chunk.length;
      freeWritten(chunk);
    }
    // What follows does not wait for the answer: it is answered behind it.
    this.#latest = this.#answered(messages).catch((error: Error) => void this.destroy(error));
    done();
  }

  override _final(done: Done): void {
    // The thread keeps no process alive once it has answered: it is asked to end after that.
    const answered = this.#latest.then(() => void this.push(null));
    answered.then(() => this.#closed()).then(() => done(), done);
  }

  override _destroy(error: Error | null, done: Done): void {
    this.#killed().then(
      () => done(error),
      () => done(error),
    );
  }

  async #answered(messages: Uint8Array): Promise<void> {
    const session = await this.#session;
    // They are another thread's as soon as they are sent.
    const { byteLength } = messages;
    const answer = await session!.answer(messages);
    this.push(answer);
    // The driver reads what flows at once, and copies what it keeps.
    if (this.readableLength === 0) freeWritten(answer);
    this.#onAnswered(byteLength);
  }

  async #closed(): Promise<void> {
    const session = await this.#session;
    await session?.close();
  }

  async #killed(): Promise<void> {
    const session = await this.#session;
    await session?.kill();
  }
}
