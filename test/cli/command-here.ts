import { vi } from "vitest";
import { exitCodeOf } from "../../src/cli/exit-code-of.ts";
import { createProgram } from "../../src/cli/program.ts";
import { CLOSED_BREAKER } from "../support/closed-breaker.ts";
import type { Ended } from "./sweepline-process.ts";

/** Runs a command to its end in this process, as `sweepline` does it in one of its own. */
export async function commandHere(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const printed = { stdout: "", stderr: "" };
  const write =
    (to: keyof typeof printed) =>
    (piece: string | Uint8Array, ...rest: unknown[]) => {
      printed[to] += typeof piece === "string" ? piece : Buffer.from(piece).toString();
      const done = rest.at(-1);
      if (typeof done === "function") done();
      return true;
    };
  const line = (to: keyof typeof printed) => (text: unknown) => {
    printed[to] += `${text}\n`;
  };
  const spies = [
    vi.spyOn(process.stdout, "write").mockImplementation(write("stdout")),
    vi.spyOn(process.stderr, "write").mockImplementation(write("stderr")),
    vi.spyOn(console, "log").mockImplementation(line("stdout")),
    vi.spyOn(console, "error").mockImplementation(line("stderr")),
  ];
  const variables = { ...CLOSED_BREAKER, ...environment };
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
  try {
    return { code: await codeOf(args), ...printed };
  } finally {
    vi.unstubAllEnvs();
    for (const spy of spies) spy.mockRestore();
  }
}

async function codeOf(args: readonly string[]): Promise<number> {
  const { exitCode } = process;
  try {
    process.exitCode = 0;
    await createProgram().parseAsync(args, { from: "user" });
    return Number(process.exitCode);
  } catch (error) {
    return exitCodeOf(error);
  } finally {
    process.exitCode = exitCode;
  }
}
