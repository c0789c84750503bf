import type { ImportRecord } from "../../app.ts";
import { formatCount } from "./format.ts";
import { terminalBar } from "./terminal-bar.ts";

/** Shows how far an import is: a bar on a terminal, a line a second anywhere else. */
export interface ImportDisplay {
  show(record: ImportRecord): void;
  /** Leaves the last state on screen. */
  stop(): void;
}

const LINE_EVERY_MS = 1_000;
const STEPS = 1_000;

export function importDisplay(stream: NodeJS.WriteStream): ImportDisplay {
  return stream.isTTY ? barDisplay(stream) : lineDisplay(stream);
}

function barDisplay(stream: NodeJS.WriteStream): ImportDisplay {
  const bar = terminalBar(stream, "{bar} {percentage} %  {text}");
  bar.start(STEPS, 0, { text: "" });
  return {
    show: (record) =>
      bar.update(Math.round((record.fraction ?? 0) * STEPS), { text: text(record) }),
    stop: () => bar.stop(),
  };
}

function lineDisplay(stream: NodeJS.WriteStream): ImportDisplay {
  let lastAtMs = Number.NEGATIVE_INFINITY;
  let last = "";
  return {
    show: (record) => {
      const line = `${((record.fraction ?? 0) * 100).toFixed(1).padStart(5)} %  ${text(record)}`;
      const nowMs = performance.now();
      if (line === last || nowMs - lastAtMs < LINE_EVERY_MS) return;
      lastAtMs = nowMs;
      last = line;
      stream.write(`${line}\n`);
    },
    stop: () => {},
  };
}

function text({ bars, message }: ImportRecord): string {
  return `${formatCount(bars)} bars${message === null ? "" : `, ${message}`}`;
}
