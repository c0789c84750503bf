import { Command } from "commander";
import { EXIT_CODES_HELP } from "../exit-codes.ts";
import { addDatabaseOptions, configOf, type ServiceOptions } from "../service-options.ts";

export function backupCommand(): Command {
  return addDatabaseOptions(new Command("backup"))
    .description("write everything the database holds to a new file")
    .argument("<file>", "lines of JSON, compressed by gzip")
    .addHelpText(
      "after",
      `
A PostgreSQL database is read as it is at one moment, while servers and workers go on. The embedded
one belongs to one process: stop the service before.

Examples:
  sweepline backup sweepline.backup
  DATABASE_URL=postgres://me@db/sweepline sweepline backup /backups/monday.backup
${EXIT_CODES_HELP}`,
    )
    .action(async (file: string, options: ServiceOptions) => {
      const config = configOf(options, true);
      const { backUp } = await import("../../service-backup.ts");
      const { rows, bytes } = await backUp(config, file);
      console.log(`${rows} rows in ${megabytes(bytes)}: ${file}`);
    });
}

export function restoreCommand(): Command {
  return addDatabaseOptions(new Command("restore"))
    .description("fill an empty database with a backup, whichever of the two it came from")
    .argument("<file>", "what `sweepline backup` has written")
    .addHelpText(
      "after",
      `
All of it is restored or nothing. Runs that had not ended go on as soon as a server or worker is
there. The version has to be the one that made the backup; bring it up to date afterwards.

Examples:
  sweepline restore sweepline.backup --data-dir /var/lib/sweepline
  DATABASE_URL=postgres://me@db/empty sweepline restore sweepline.backup
${EXIT_CODES_HELP}`,
    )
    .action(async (file: string, options: ServiceOptions) => {
      const config = configOf(options, true);
      const { restore } = await import("../../service-backup.ts");
      const { rows, bytes } = await restore(config, file);
      console.log(`${rows} rows of ${megabytes(bytes)} are restored.`);
    });
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
