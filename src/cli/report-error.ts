import { UserError } from "../config.ts";
import { databaseFaultOf } from "../database-fault.ts";
import { EXIT } from "./exit-codes.ts";

/** Prints an error for a person and a script, and answers with the exit code it calls for. */
export function reportError(error: unknown, write: (line: string) => void): number {
  if (error instanceof UserError) {
    for (const line of userErrorLines(error)) write(line);
    return EXIT.userMistake;
  }
  const fault = databaseFaultOf(error);
  const message = error instanceof Error ? error.message : String(error);
  write(`error: ${fault === null ? message : `the database: ${fault.message}`}`);
  return EXIT.failure;
}

/** Code, path, message, value and bound; one line a complaint. */
function userErrorLines(error: UserError): string[] {
  return error.complaints.map(({ path, message, value, bound }) => {
    const facts = [
      ...(value === null ? [] : [`got ${value}`]),
      ...(bound === null ? [] : [`expected ${bound}`]),
    ];
    const where = path === "" ? "" : ` ${path}:`;
    const what = facts.length === 0 ? "" : ` (${facts.join(", ")})`;
    return `error ${error.code}${where} ${message}${what}`;
  });
}
