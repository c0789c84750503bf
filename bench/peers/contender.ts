import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";

/** One timed run of a workload. */
export interface Lap {
  readonly ms: number;
  /** Variants actually timed; fewer than all where a peer is too slow, then `ms` is scaled up. */
  readonly timed: number;
  readonly returns: Float64Array;
  /** Positions of `returns` among all variants; null is all of them. */
  readonly positions: readonly number[] | null;
}

export interface Contender {
  readonly name: string;
  /** With fees, or free of costs; null where it does not know the workload. */
  run(workload: string, costs: Costs): Promise<Lap | null>;
  close(): void;
}

export type Costs = "fees" | "free";

interface Answer {
  readonly ms: number;
  readonly variants: number;
  readonly positions?: readonly number[];
  readonly skipped?: string;
}

/**
 * A process that stays warm: reads a workload and its costs a line, answers with a line of JSON and
 * leaves its returns in `<folder>/<workload>.<name>.f64`.
 */
export function processContender(
  name: string,
  command: readonly [string, ...string[]],
  folder: string,
): Contender {
  const child = spawn(command[0], command.slice(1), { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    name,
    async run(workload, costs) {
      child.stdin.write(`${workload} ${costs}\n`);
      const line = await lines.next();
      if (line.done === true) throw new Error(`${name} ended at ${workload}`);
      const answer = JSON.parse(line.value) as Answer;
      if (answer.skipped !== undefined) return null;
      const bytes = readFileSync(`${folder}/${workload}.${name}.f64`);
      const returns = new Float64Array(new Uint8Array(bytes).buffer);
      const positions = answer.positions ?? null;
      return { ms: answer.ms, timed: answer.variants, returns, positions };
    },
    close: () => void child.kill(),
  };
}
