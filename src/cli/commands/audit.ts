import { Command } from "commander";
import { openTokenAccess } from "../access/token-access.ts";
import { EXIT_CODES_HELP } from "../exit-codes.ts";
import { NOT_AVAILABLE } from "../output/format.ts";
import { renderTable } from "../output/table.ts";
import {
  addServerOptions,
  configOf,
  type ServerChoice,
  type ServiceOptions,
  wholeNumber,
} from "../service-options.ts";

interface AuditOptions extends ServiceOptions, ServerChoice {
  readonly limit: number;
  readonly json?: boolean;
}

export function auditCommand(): Command {
  return addServerOptions(new Command("audit"))
    .description("list what was done and refused, newest first")
    .option("--limit <n>", "how many at most", wholeNumber, 50)
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      `
Every mutation of the API is in it, and every token that was made or revoked on the command line.

Examples:
  sweepline audit
  sweepline audit --limit 1000 --json
${EXIT_CODES_HELP}`,
    )
    .action(async (options: AuditOptions) => {
      await using access = await openTokenAccess(configOf(options, true), options);
      const entries = await access.audit(options.limit);
      if (options.json) return console.log(JSON.stringify(entries, null, 2));
      const titles = ["at (UTC)", "owner", "action", "outcome", "target", "token"];
      const rows = entries.map((entry) => [
        entry.at.slice(0, 19).replace("T", " "),
        ...[entry.owner, entry.action, entry.outcome],
        ...[entry.target ?? NOT_AVAILABLE, entry.tokenId ?? NOT_AVAILABLE],
      ]);
      console.log(
        renderTable(
          titles.map((title) => ({ title, align: "left" })),
          rows,
        ),
      );
    });
}
