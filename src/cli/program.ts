import { Command } from "commander";
import { auditCommand } from "./commands/audit.ts";
import { backupCommand, restoreCommand } from "./commands/backup.ts";
import { cancelCommand } from "./commands/cancel.ts";
import { checkCommand } from "./commands/check.ts";
import { demoCommand } from "./commands/demo.ts";
import { estimateCommand } from "./commands/estimate.ts";
import { exportCommand } from "./commands/export.ts";
import { importCommand } from "./commands/import.ts";
import { indicatorsCommand } from "./commands/indicators.ts";
import { migrateCommand } from "./commands/migrate.ts";
import { reportCommand } from "./commands/report.ts";
import { runCommand } from "./commands/run.ts";
import {
  deleteCommand,
  pauseCommand,
  resumeCommand,
  retryCommand,
} from "./commands/run-control.ts";
import { runsCommand } from "./commands/runs.ts";
import { serveCommand } from "./commands/serve.ts";
import { statusCommand } from "./commands/status.ts";
import { tokenCommand } from "./commands/token.ts";
import { topCommand } from "./commands/top.ts";
import { workerCommand } from "./commands/worker.ts";
import { workersCommand } from "./commands/workers.ts";
import { EXIT_CODES_HELP } from "./exit-codes.ts";

const COMMANDS = [
  demoCommand,
  serveCommand,
  workerCommand,
  workersCommand,
  importCommand,
  indicatorsCommand,
  estimateCommand,
  checkCommand,
  runCommand,
  runsCommand,
  topCommand,
  reportCommand,
  exportCommand,
  cancelCommand,
  pauseCommand,
  resumeCommand,
  retryCommand,
  deleteCommand,
  tokenCommand,
  auditCommand,
  statusCommand,
  migrateCommand,
  backupCommand,
  restoreCommand,
];

/** The whole command line; a command loads what it needs when it runs. Throws CommanderError. */
export function createProgram(): Command {
  const program = new Command("sweepline")
    .description("Backtest sweeps: score a whole parameter grid of a trading strategy.")
    .addHelpText(
      "after",
      `
Examples:
  sweepline demo
  sweepline import --sample sp500
  sweepline run sp500-sma-cross
  sweepline serve
${EXIT_CODES_HELP}`,
    )
    .exitOverride();
  for (const command of COMMANDS) program.addCommand(command().exitOverride());
  return program;
}
