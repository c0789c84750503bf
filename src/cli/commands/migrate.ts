import { Command } from "commander";
import { EXIT_CODES_HELP } from "../exit-codes.ts";
import { addDatabaseOptions, configOf, type ServiceOptions } from "../service-options.ts";

export function migrateCommand(): Command {
  return addDatabaseOptions(new Command("migrate"))
    .description("bring the database schema up to date, and nothing else")
    .addHelpText(
      "after",
      `
Every other command does this when it opens the database; processes that start together wait for
one another.

Examples:
  sweepline migrate
  DATABASE_URL=postgres://me@db/sweepline sweepline migrate
${EXIT_CODES_HELP}`,
    )
    .action(async (options: ServiceOptions) => {
      const config = configOf(options, true);
      const { openServiceStore } = await import("../../app.ts");
      const store = await openServiceStore(config);
      await store.close();
      console.log(`The ${store.backend} database is up to date.`);
    });
}
