import type { Command } from "commander";
import { describe, expect, it } from "vitest";
import { EXIT } from "../../src/cli/exit-codes.ts";
import { createProgram } from "../../src/cli/program.ts";

/** What `--help` prints. */
function helpOf(command: Command): string {
  let text = "";
  command.configureOutput({
    writeOut: (part) => {
      text += part;
    },
  });
  command.outputHelp();
  return text;
}

const program = createProgram();
const commands = ["audit", "backup", "cancel", "check", "delete", "demo", "estimate", "export"];
commands.push(
  "import",
  "indicators",
  "migrate",
  "pause",
  "report",
  "restore",
  "resume",
  "retry",
  "run",
  "runs",
  "serve",
  "status",
  "token",
  "top",
  "worker",
  "workers",
);

describe("help", () => {
  it("is there for every command", () => {
    expect(program.commands.map((command) => command.name()).sort()).toEqual(commands);
  });

  it.each(["", ...commands])("of `sweepline %s` has examples and every exit code", (name) => {
    const command = program.commands.find((candidate) => candidate.name() === name) ?? program;
    const help = helpOf(command);
    expect(help).toContain("Examples:");
    for (const code of Object.values(EXIT))
      expect(help).toMatch(new RegExp(`^  ${code} +\\w`, "m"));
  });

  it("gives examples of commands and options that exist", () => {
    const examples = program.commands
      .flatMap((command) => helpOf(command).split("Examples:")[1].split("\n"))
      .map((line) => /.*\b(?:sweepline|npm run) ([a-z]+)(.*)/.exec(line))
      .filter((match) => match !== null);
    expect(examples.length).toBeGreaterThan(20);
    for (const [, name, rest] of examples) {
      const first = program.commands.find((candidate) => candidate.name() === name);
      const word = rest.trim().split(" ")[0];
      const command = first?.commands.find((candidate) => candidate.name() === word) ?? first;
      const options = command?.options.map((option) => option.long) ?? [];
      for (const [, used] of rest.matchAll(/ (--[a-z-]+)/g)) expect(options).toContain(used);
    }
  });

  it("keeps to lines of a terminal", () => {
    for (const command of program.commands) {
      for (const line of helpOf(command).split("\n")) expect(line.length).toBeLessThanOrEqual(120);
    }
  });
});
