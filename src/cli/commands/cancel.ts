import { Command } from "commander";
import { openRunAccess } from "../access/run-access.ts";
import { EXIT_CODES_HELP } from "../exit-codes.ts";
import { hasEnded, runKey } from "../run-view.ts";
import {
  addServerOptions,
  configOf,
  type ServerChoice,
  type ServiceOptions,
} from "../service-options.ts";

interface CancelOptions extends ServiceOptions, ServerChoice {
  readonly reason: string;
}

export function cancelCommand(): Command {
  return addServerOptions(new Command("cancel"))
    .description("stop a run; what it has scored stays readable")
    .argument("<run>", "id of the run, see `sweepline runs`")
    .option("--reason <text>", "kept with the run", "cancelled from the command line")
    .addHelpText(
      "after",
      `
A second cancel, or one of a run that has ended, changes nothing and is no error.

Examples:
  sweepline cancel 0199c8a4-5a0e-7c3e-9d0f-0b7b5a3f1c22
  sweepline cancel 0199c8a4-5a0e-7c3e-9d0f-0b7b5a3f1c22 --reason "wrong fees"
${EXIT_CODES_HELP}`,
    )
    .action(async (run: string, options: CancelOptions) => {
      await using access = await openRunAccess(configOf(options, true), options);
      const { id, state } = await access.cancel(runKey(run), options.reason);
      console.log(hasEnded(state) ? `${id} is ${state}` : `${id} is ${state} and about to stop`);
    });
}
