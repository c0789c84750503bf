import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Dealer, Subscriber } from "zeromq";
import { decode, encode, type Message } from "./wire.ts";

/** `shell` and `control` carry replies to requests, `iopub` what the kernel publishes. */
export type ChannelName = "shell" | "control" | "iopub";

export interface ChannelListener {
  receive(channel: ChannelName, message: Message): void;
  /** A message could not be read or taken in; its channel is dead from now on. */
  fail(error: Error): void;
}

/**
 * The client's end of a kernel's sockets, and the connection file that tells the kernel where its
 * own ends are. They are Unix sockets in a private folder: no port to race for, and nobody else
 * can connect.
 */
export class Channels {
  readonly connectionFile: string;
  /** Removed by `close`. */
  readonly folder: string;
  readonly #key = randomBytes(32).toString("hex");
  readonly #shell = new Dealer({ linger: 0 });
  readonly #control = new Dealer({ linger: 0 });
  // Unbounded: at its high water mark a subscriber drops messages, which are outputs of a cell.
  readonly #iopub = new Subscriber({ linger: 0, receiveHighWaterMark: 0 });

  static async open(): Promise<Channels> {
    const folder = await mkdtemp(join(tmpdir(), "sweepline-kernel-"));
    const channels = new Channels(folder);
    await writeFile(channels.connectionFile, JSON.stringify(channels.#connection()), {
      mode: 0o600,
    });
    return channels;
  }

  private constructor(folder: string) {
    this.folder = folder;
    this.connectionFile = join(folder, "connection.json");
  }

  /** Connects at once; the sockets wait until the kernel has bound its ends. */
  connect({ receive, fail }: ChannelListener): void {
    const { ip, ...ports } = this.#connection();
    this.#shell.connect(`ipc://${ip}:${ports.shell_port}`);
    this.#control.connect(`ipc://${ip}:${ports.control_port}`);
    this.#iopub.connect(`ipc://${ip}:${ports.iopub_port}`);
    this.#iopub.subscribe();
    const pump = async (channel: ChannelName, socket: AsyncIterable<Buffer[]>) => {
      for await (const frames of socket) receive(channel, decode(frames, this.#key));
    };
    pump("shell", this.#shell).catch(fail);
    pump("control", this.#control).catch(fail);
    pump("iopub", this.#iopub).catch(fail);
  }

  async send(channel: "shell" | "control", message: Message): Promise<void> {
    const socket = channel === "shell" ? this.#shell : this.#control;
    await socket.send(encode(message, this.#key));
  }

  async close(): Promise<void> {
    for (const socket of [this.#shell, this.#control, this.#iopub]) socket.close();
    await rm(this.folder, { recursive: true, force: true });
  }

  #connection() {
    return {
      transport: "ipc",
      ip: join(this.folder, "socket"),
      shell_port: 1,
      control_port: 2,
      iopub_port: 3,
      stdin_port: 4,
      hb_port: 5,
      key: this.#key,
      signature_scheme: "hmac-sha256",
      kernel_name: "tslab",
    };
  }
}
