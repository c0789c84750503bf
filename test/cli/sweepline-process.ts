import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { closeSync, constants, mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CLOSED_BREAKER } from "../support/closed-breaker.ts";
import { flagsOn } from "../support/short-lived.ts";

const MAIN = join(import.meta.dirname, "../../src/cli/main.ts");

/** The command line as a process of its own, as a user starts it. */
export class SweeplineProcess {
  readonly #child: ChildProcess;
  readonly #ended: Promise<number | null>;
  readonly #listeners = new Set<() => void>();
  stdout = "";
  stderr = "";

  /** `stdout`: where it is to be written to instead of here. */
  constructor(
    args: readonly string[],
    environment: NodeJS.ProcessEnv = {},
    stdout: "pipe" | number = "pipe",
  ) {
    // As the start script does: modules are stripped of types once, not in every process.
    const { PATH, HOME, NODE_COMPILE_CACHE } = process.env;
    this.#child = spawn(process.execPath, [...flagsOn(environment), MAIN, ...args], {
      cwd: tmpdir(),
      stdio: ["ignore", stdout, "pipe"],
      env: { PATH, HOME, NODE_COMPILE_CACHE, ...CLOSED_BREAKER, ...environment },
    });
    this.#child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.stdout += text;
      for (const listener of this.#listeners) listener();
    });
    this.#child.stderr!.setEncoding("utf8").on("data", (text: string) => {
      this.stderr += text;
      for (const listener of this.#listeners) listener();
    });
    this.#ended = new Promise((resolve, reject) => {
      this.#child.once("error", reject);
      this.#child.once("close", (code) => resolve(code));
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Exit code; null when a signal ended it. */
  get code(): Promise<number | null> {
    return this.#ended;
  }

  /** Resolves with the match once stdout or stderr has it; rejects when the process ends before. */
  async says(pattern: RegExp): Promise<RegExpExecArray> {
    const { promise, resolve, reject } = Promise.withResolvers<RegExpExecArray>();
    const look = () => {
      const match = pattern.exec(this.stdout) ?? pattern.exec(this.stderr);
      if (match !== null) resolve(match);
    };
    this.#listeners.add(look);
    look();
    void this.#ended.then((code) => {
      reject(new Error(`ended with ${code} before ${pattern}:\n${this.stdout}\n${this.stderr}`));
    });
    try {
      return await promise;
    } finally {
      this.#listeners.delete(look);
    }
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#ended;
  }
}

export interface Ended {
  /** Exit code; null when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command to its end. */
export async function sweepline(
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
): Promise<Ended> {
  await using process = new SweeplineProcess(args, environment);
  const code = await process.code;
  const { stdout, stderr } = process;
  return { code, stdout, stderr };
}

/** Runs a command to its end with a pipe for stdout that nobody reads any longer. */
export async function unreadSweepline(
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
): Promise<Ended> {
  const folder = temporaryFolder();
  const pipe = join(folder.path, "pipe");
  execFileSync("mkfifo", [pipe]);
  const reader = openSync(pipe, constants.O_RDWR);
  const writer = openSync(pipe, constants.O_WRONLY);
  closeSync(reader);
  try {
    await using process = new SweeplineProcess(args, environment, writer);
    const code = await process.code;
    const { stdout, stderr } = process;
    return { code, stdout, stderr };
  } finally {
    closeSync(writer);
    folder.remove();
  }
}

/** An empty folder that is not there any more afterwards. */
export function temporaryFolder(): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), "sweepline-cli-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
