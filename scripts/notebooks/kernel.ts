import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { createRequire } from "node:module";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { type ChannelName, Channels } from "./channels.ts";
import type { Output } from "./nbformat.ts";
import { OutputLedger } from "./output-ledger.ts";
import { type Message, request } from "./wire.ts";

/** A kernel is its compiler, which takes seconds of a core to begin, and a busy machine has few. */
const START_MS = 240_000;
const PROBE_MS = 200;
/** How long a kernel may take to end by itself. */
const GRACE_MS = 5_000;
/** How long outputs may take to arrive after their reply. */
const OUTPUTS_MS = 60_000;
const LAST_WORDS_CHARS = 2_000;

/** The kernel process ended while it was needed. */
export class KernelDied extends Error {}
/** A cell ran for longer than it may. */
export class CellTimeout extends Error {}

export interface CellResult {
  readonly status: "ok" | "error";
  readonly executionCount: number | null;
  /** Grows when the cell prints after its end, so read it when the notebook is through. */
  readonly outputs: readonly Output[];
}

interface Pending {
  replied: Message | null;
  idle: boolean;
  readonly settle: PromiseWithResolvers<Message>;
}

/**
 * A tslab kernel in a process of its own, driven over the Jupyter protocol.
 * One request at a time; whoever starts a kernel must `close` it.
 */
export class Kernel {
  readonly #session = randomUUID();
  readonly #ledger = new OutputLedger();
  readonly #pending = new Map<string, Pending>();
  readonly #process: ChildProcess;
  readonly #exited: Promise<void>;
  readonly #channels: Channels;
  #lastWords = "";
  #death: KernelDied | null = null;
  #fault: Error | null = null;

  /**
   * Starts tslab with `cwd` as its working folder, from which the cells resolve imports, and with
   * `flags` of Node.
   */
  static async start(cwd: string, flags: readonly string[] = []): Promise<Kernel> {
    const kernel = new Kernel(cwd, await Channels.open(), flags);
    try {
      await kernel.#ready();
    } catch (error) {
      await kernel.kill();
      throw error;
    }
    return kernel;
  }

  private constructor(cwd: string, channels: Channels, flags: readonly string[]) {
    this.#channels = channels;
    channels.connect({
      receive: (channel, message) => this.#receive(channel, message),
      fail: (error) => {
        this.#fault ??= error;
        this.#reject(error);
      },
    });
    this.#process = spawnKernel(cwd, channels, flags);
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        this.#lastWords = (this.#lastWords + text).slice(-LAST_WORDS_CHARS);
      });
    }
    const exited = Promise.withResolvers<void>();
    this.#exited = exited.promise;
    // What the cells have started may hold the pipes open: "close" comes when it is gone, too.
    this.#process.once("exit", () => this.#killGroup());
    this.#process.once("error", (error) => this.#died(error.message, exited.resolve));
    this.#process.once("close", (code, signal) => {
      this.#died(signal === null ? `exit code ${code}` : `signal ${signal}`, exited.resolve);
    });
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /**
   * Runs one cell and waits for its reply and all its outputs.
   * Throws KernelDied, or CellTimeout after `timeoutMs`. A kernel that threw is only good to be
   * killed.
   */
  async execute(code: string, timeoutMs: number): Promise<CellResult> {
    const message = request("execute_request", executeContent(code), this.#session);
    const limit = new AbortController();
    const late = sleep(timeoutMs, undefined, { signal: limit.signal }).then(() => {
      throw new CellTimeout(`not finished after ${timeoutMs / 1_000} s`);
    });
    late.catch(() => {});
    try {
      const { content } = await Promise.race([this.#ask("shell", message), late]);
      return {
        status: content.status === "ok" ? "ok" : "error",
        executionCount: (content.execution_count as number | undefined) ?? null,
        outputs: this.#ledger.of(message.header.msg_id),
      };
    } finally {
      limit.abort();
    }
  }

  /** Asks the kernel to end, so that exit handlers of the notebook run, and kills it otherwise. */
  async close(): Promise<void> {
    if (this.#death === null) {
      const message = request("shutdown_request", { restart: false }, this.#session);
      this.#ask("control", message).catch(() => {});
      await Promise.race([this.#exited, sleep(GRACE_MS, undefined, { ref: false })]);
    }
    await this.kill();
  }

  /** Ends the kernel and every process it started. Safe to call more than once. */
  async kill(): Promise<void> {
    this.#killGroup();
    await this.#exited;
    await this.#channels.close();
  }

  /** Probes until a reply and its idle status came: then both sockets are connected. */
  async #ready(): Promise<void> {
    const startedMs = Date.now();
    while (Date.now() - startedMs < START_MS) {
      const probe = request("kernel_info_request", {}, this.#session);
      const answer = this.#ask("shell", probe).then(() => true);
      if (await Promise.race([answer, sleep(PROBE_MS, false)])) return;
      this.#pending.delete(probe.header.msg_id);
    }
    throw new KernelDied(`the kernel did not answer in ${START_MS / 1_000} s`);
  }

  async #ask(channel: "shell" | "control", message: Message): Promise<Message> {
    const broken = this.#death ?? this.#fault;
    if (broken !== null) throw broken;
    const settle = Promise.withResolvers<Message>();
    this.#pending.set(message.header.msg_id, { replied: null, idle: false, settle });
    await this.#channels.send(channel, message);
    return settle.promise;
  }

  #receive(channel: ChannelName, message: Message): void {
    if (channel === "iopub") this.#ledger.add(message);
    const id = message.parent.msg_id ?? "";
    const pending = this.#pending.get(id);
    if (pending === undefined) return;
    if (channel !== "iopub") {
      pending.replied = message;
      setTimeout(() => this.#outputsLost(id), OUTPUTS_MS).unref();
    } else if (message.content.execution_state === "idle") {
      pending.idle = true;
    }
    if (pending.replied === null || !pending.idle) return;
    this.#pending.delete(id);
    pending.settle.resolve(pending.replied);
  }

  #outputsLost(id: string): void {
    const error = new Error(`outputs missing ${OUTPUTS_MS / 1_000} s after the end of the cell`);
    this.#pending.get(id)?.settle.reject(error);
  }

  #killGroup(): void {
    if (this.#process.pid === undefined || this.#death !== null) return;
    try {
      process.kill(-this.#process.pid, "SIGKILL");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  }

  #reject(error: Error): void {
    for (const { settle } of this.#pending.values()) settle.reject(error);
    this.#pending.clear();
  }

  #died(how: string, done: () => void): void {
    const words = this.#lastWords.trim();
    this.#death ??= new KernelDied(`the kernel ended (${how})${words === "" ? "" : `\n${words}`}`);
    this.#reject(this.#death);
    done();
  }
}

function executeContent(code: string) {
  return { code, silent: false, store_history: true, allow_stdin: false, stop_on_error: true };
}

function spawnKernel(
  cwd: string,
  { folder, connectionFile }: Channels,
  flags: readonly string[],
): ChildProcess {
  const tslab = createRequire(import.meta.url).resolve("tslab/bin/tslab");
  const preloads = ["end-with-parent.ts", "keep-outputs.ts", "types-without-comments.ts"].flatMap(
    (file) => ["--import", fileURLToPath(new URL(file, import.meta.url))],
  );
  const args = [...flags, ...preloads, tslab, "kernel", "--config-path", connectionFile];
  // A process group of its own, so that killing it takes along what the cells have started.
  const stdio: ("ignore" | "pipe" | "ipc")[] = ["ignore", "pipe", "pipe", "ipc"];
  return spawn(process.execPath, args, { cwd, env: environment(folder), stdio, detached: true });
}

/**
 * The caller's environment less what would make outputs differ from one terminal to another, and
 * with the breaker closed: how busy the machine is refuses no run. What the notebook leaves in its
 * temporary folder goes with the kernel.
 */
function environment(temporaryFolder: string): NodeJS.ProcessEnv {
  const isPersonal = /^(SWEEPLINE_.*|DATABASE_URL|FORCE_COLOR|NODE_OPTIONS)$/;
  const kept = Object.entries(process.env).filter(([name]) => !isPersonal.test(name));
  const same = { NO_COLOR: "1", TZ: "UTC", SWEEPLINE_ADMISSION_BREAKER: "CLOSED" };
  return { ...Object.fromEntries(kept), ...same, TMPDIR: temporaryFolder };
}
