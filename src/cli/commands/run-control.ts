import { Command } from "commander";
import { openRunAccess, type RunAccess } from "../access/run-access.ts";
import { EXIT_CODES_HELP } from "../exit-codes.ts";
import { runKey } from "../run-view.ts";
import {
  addServerOptions,
  configOf,
  type ServerChoice,
  type ServiceOptions,
} from "../service-options.ts";

interface ControlOptions extends ServiceOptions, ServerChoice {}

interface Control {
  readonly name: string;
  readonly description: string;
  readonly help: string;
  /** Does it, and says what the run is then. */
  readonly act: (access: RunAccess, runId: string) => Promise<string>;
}

export function pauseCommand(): Command {
  return controlCommand({
    name: "pause",
    description: "hold a run: no further chunk is begun, those at work are stored",
    help: "A second pause changes nothing. `sweepline resume` lets the run go on.",
    act: async (access, id) => (await access.change(id, "pause")).state,
  });
}

export function resumeCommand(): Command {
  return controlCommand({
    name: "resume",
    description: "let a paused run go on",
    help: "Whatever serves or works on the database takes it up, now or when it is started.",
    act: async (access, id) => (await access.change(id, "resume")).state,
  });
}

export function retryCommand(): Command {
  return controlCommand({
    name: "retry",
    description: "take up a run that failed, was cancelled or timed out",
    help: "Stored chunks are kept; the digest is that of a run which was never stopped.",
    act: async (access, id) => (await access.change(id, "retry")).state,
  });
}

export function deleteCommand(): Command {
  return controlCommand({
    name: "delete",
    description: "remove a run that has ended, with everything stored of it",
    help: "A run that has not ended is refused: cancel it first. Nothing brings it back.",
    act: async (access, id) => {
      await access.delete(id);
      return "deleted";
    },
  });
}

function controlCommand({ name, description, help, act }: Control): Command {
  return addServerOptions(new Command(name))
    .description(description)
    .argument("<run>", "id of the run, see `sweepline runs`")
    .addHelpText(
      "after",
      `
${help}

Examples:
  sweepline ${name} 0199c8a4-5a0e-7c3e-9d0f-0b7b5a3f1c22
  sweepline ${name} 0199c8a4-5a0e-7c3e-9d0f-0b7b5a3f1c22 --server http://127.0.0.1:4000
${EXIT_CODES_HELP}`,
    )
    .action(async (run: string, options: ControlOptions) => {
      await using access = await openRunAccess(configOf(options, true), options);
      const id = runKey(run);
      console.log(`${id} is ${await act(access, id)}`);
    });
}
