import { Command, InvalidArgumentError, Option } from "commander";
import { openTokenAccess, type TokenView, type TokenWish } from "../access/token-access.ts";
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

type TokenOptions = ServiceOptions & ServerChoice;

export function tokenCommand(): Command {
  const command = new Command("token")
    .description("make, list and revoke the tokens that let clients in")
    .addHelpText(
      "after",
      `
As long as there has never been a token the service serves this machine alone, and whoever is on it
may do everything. From the first token on nobody gets in without one.

Examples:
  sweepline token create --name dashboard --owner alice --scope read --expires 90d
  sweepline token list
  sweepline token revoke 0199c8a4-5a0e-7c3e-9d0f-0b7b5a3f1c22
${EXIT_CODES_HELP}`,
    );
  for (const sub of [createCommand(), listCommand(), revokeCommand()]) {
    command.addCommand(sub.exitOverride());
  }
  return command;
}

interface CreateOptions extends TokenOptions {
  readonly name: string;
  readonly owner: string;
  readonly scope: TokenWish["scope"];
  readonly expires: Date | null;
  readonly json?: boolean;
}

function createCommand(): Command {
  return addServerOptions(new Command("create"))
    .description("make a token and print its secret, which is shown this once")
    .requiredOption("--name <text>", "what it is for")
    .requiredOption("--owner <name>", "whose runs it reads and starts")
    .addOption(
      new Option("--scope <scope>", "read; run also starts and changes runs; admin does everything")
        .choices(["read", "run", "admin"])
        .default("run"),
    )
    .option("--expires <when>", "in 90d or 12h, at an ISO time, or never", expiry, null)
    .option("--json", "print JSON")
    .action(async ({ name, owner, scope, expires, ...options }: CreateOptions) => {
      await using access = await openTokenAccess(configOf(options, true), options);
      const made = await access.create({ name, owner, scope, expiresAt: expires });
      if (options.json) return console.log(JSON.stringify(made, null, 2));
      console.log(tokenTable([made.token]));
      console.log(`\n${made.secret}\n\nKeep it: nobody can show it again.`);
    });
}

function listCommand(): Command {
  return addServerOptions(new Command("list"))
    .description("list tokens, newest first")
    .option("--limit <n>", "how many at most", wholeNumber, 100)
    .option("--json", "print JSON")
    .action(async (options: TokenOptions & { limit: number; json?: boolean }) => {
      await using access = await openTokenAccess(configOf(options, true), options);
      const tokens = await access.list(options.limit);
      console.log(options.json ? JSON.stringify(tokens, null, 2) : tokenTable(tokens));
    });
}

function revokeCommand(): Command {
  return addServerOptions(new Command("revoke"))
    .description("end a token at once, with every connection it has")
    .argument("<token>", "id of the token, see `sweepline token list`")
    .action(async (token: string, options: TokenOptions) => {
      await using access = await openTokenAccess(configOf(options, true), options);
      const { id, name, owner } = await access.revoke(token.replace(/^Token_/, ""));
      console.log(`${id} (${name} of ${owner}) is revoked`);
    });
}

const UNITS = { h: 3_600_000, d: 86_400_000 } as const;

/** For commander: a span from now, an instant, or null for never. */
function expiry(text: string): Date | null {
  if (text === "never") return null;
  const span = /^(\d{1,5})([hd])$/.exec(text);
  if (span !== null) {
    return new Date(Date.now() + Number(span[1]) * UNITS[span[2] as keyof typeof UNITS]);
  }
  const instant = /^\d{4}-\d{2}-\d{2}/.test(text) ? new Date(text) : new Date(Number.NaN);
  if (Number.isFinite(instant.getTime())) return instant;
  throw new InvalidArgumentError("A span such as 90d or 12h, an ISO time, or never is expected.");
}

function tokenTable(tokens: readonly TokenView[]): string {
  if (tokens.length === 0) return "no tokens";
  const titles = ["id", "name", "owner", "scope", "created (UTC)", "expires", "revoked"];
  const time = (iso: string | null) => iso?.slice(0, 19).replace("T", " ") ?? NOT_AVAILABLE;
  return renderTable(
    titles.map((title) => ({ title, align: "left" })),
    tokens.map(({ id, name, owner, scope, createdAt, expiresAt, revokedAt }) => [
      ...[id, name, owner, scope],
      ...[time(createdAt), time(expiresAt), time(revokedAt)],
    ]),
  );
}
