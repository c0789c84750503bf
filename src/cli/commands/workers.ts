import { Command } from "commander";
import { openWorkersAccess } from "../access/workers-access.ts";
import { EXIT_CODES_HELP } from "../exit-codes.ts";
import { NOT_AVAILABLE } from "../output/format.ts";
import { renderTable } from "../output/table.ts";
import {
  addServerOptions,
  configOf,
  type ServerChoice,
  type ServiceOptions,
} from "../service-options.ts";

interface WorkersOptions extends ServiceOptions, ServerChoice {
  readonly json?: boolean;
}

const TITLES = ["worker", "engine", "package", "cores", "threads", "heard of (UTC)", "at work on"];

export function workersCommand(): Command {
  return addServerOptions(new Command("workers"))
    .description("list the processes that work on runs, and what each has in hand")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      `
A process that has not been heard of for the time of a lease is LOST: its chunks go to others.

Examples:
  sweepline workers
  sweepline workers --server http://127.0.0.1:4000 --json
${EXIT_CODES_HELP}`,
    )
    .action(async (options: WorkersOptions) => {
      await using access = await openWorkersAccess(configOf(options, true), options);
      const workers = await access.list();
      if (options.json) return console.log(JSON.stringify(workers, null, 2));
      const rows = workers.map((worker) => [
        ...[worker.name, worker.engineVersion, worker.packageVersion],
        ...[String(worker.cores), String(worker.threads)],
        worker.heartbeatAt.slice(0, 19).replace("T", " ") + (worker.lost ? " LOST" : ""),
        worker.chunks.map(({ runId, stage, no }) => `${runId} ${stage} ${no}`).join(", ") ||
          NOT_AVAILABLE,
      ]);
      console.log(
        renderTable(
          TITLES.map((title) => ({ title, align: "left" })),
          rows,
        ),
      );
    });
}
