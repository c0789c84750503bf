import { CommanderError } from "commander";
import { EXIT } from "./exit-codes.ts";
import { reportError } from "./report-error.ts";

/** What the process ends with after an error, which is printed on stderr. */
export function exitCodeOf(error: unknown): number {
  // Commander has printed its own message, or the help that was asked for.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.userMistake;
  return reportError(error, console.error);
}
