import { execFileSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { RESULTS } from "../machine.ts";
import { type Contender, processContender } from "./contender.ts";

/** Who is compared with, and how its returns are checked. */
export interface Peer {
  readonly name: string;
  /**
   * Costs of the returns that are compared. An account that pays fees in another way is compared
   * without costs: then its trades have to be ours.
   */
  readonly checked: "fees" | "free";
  /** Most that growth factors may differ by, relative. */
  readonly tolerance: number;
  /** Which of our directions its returns are those of. */
  readonly direction: "LONG_SHORT" | "LONG_ONLY";
  /** Seconds of one lap of each workload it knows, roughly: what the estimate is made of. */
  readonly lapSeconds: Readonly<Record<string, number>>;
  /** Workloads in which its trades follow another rule, so that returns differ, and which rule. */
  readonly ownRules?: Readonly<Record<string, string>>;
}

/** vectorbt looks at the signals of a bar only where no stop ends a trade on it. */
const deafToSignals = { W3: "no entry on the bar of a stop" };

const both = { direction: "LONG_SHORT" } as const;

export const PEERS: readonly Peer[] = [
  {
    ...both,
    name: "c",
    checked: "fees",
    tolerance: 1e-12,
    lapSeconds: { W1: 0.1, W2: 0.1, W3: 0.1, W4: 1, W5: 1 },
  },
  {
    ...both,
    name: "numba",
    checked: "fees",
    tolerance: 1e-9,
    lapSeconds: { W1: 1, W2: 1, W3: 7, W4: 12, W5: 15 },
  },
  {
    ...both,
    name: "vectorbt",
    checked: "free",
    tolerance: 1e-8,
    ownRules: deafToSignals,
    lapSeconds: { W1: 1, W2: 1, W3: 2, W4: 2 },
  },
  {
    ...both,
    name: "vectorbt-rust",
    checked: "free",
    tolerance: 1e-8,
    ownRules: deafToSignals,
    lapSeconds: { W1: 1, W2: 1, W3: 2, W4: 2 },
  },
  {
    name: "raptorbt",
    checked: "free",
    tolerance: 1e-9,
    direction: "LONG_ONLY",
    lapSeconds: { W1: 1, W2: 1, W4: 2 },
  },
  {
    ...both,
    name: "backtesting",
    checked: "free",
    // Whole units, and a millionth of the cash stays out of each trade.
    tolerance: 1e-4,
    lapSeconds: { W1: 10, W2: 5 },
  },
];

export function startPeer({ name }: Peer, folder: string): Contender {
  if (name === "c") return processContender(name, [builtLimit(), folder, "10000"], folder);
  const script = fileURLToPath(new URL("contender.py", import.meta.url));
  return processContender(name, [builtPython(), script, name, folder], folder);
}

function builtLimit(): string {
  const sources = fileURLToPath(new URL("../limit/", import.meta.url));
  const output = fileURLToPath(new URL("limit", RESULTS));
  const files = readdirSync(sources).filter((file) => file.endsWith(".c"));
  const options = ["-O3", "-march=native", "-ffp-contract=off", "-Wall", "-Wextra"];
  execFileSync("cc", [...options, ...files, "-lm", "-o", output], { cwd: sources });
  return output;
}

function builtPython(): string {
  const venv = fileURLToPath(new URL(".venv", import.meta.url));
  const python = `${venv}/bin/python`;
  if (existsSync(`${venv}/ready`)) return python;
  const requirements = fileURLToPath(new URL("requirements.txt", import.meta.url));
  execFileSync("python3", ["-m", "venv", venv], { stdio: "inherit" });
  execFileSync(python, ["-m", "pip", "install", "--quiet", "-r", requirements], {
    stdio: "inherit",
  });
  execFileSync("touch", [`${venv}/ready`]);
  return python;
}
