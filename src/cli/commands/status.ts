import { Command } from "commander";
import { ApiClient } from "../../client/api-client.ts";
import { admission } from "../../client/operations/admission.ts";
import { serverToken } from "../../config.ts";
import { endpointOf } from "../access/run-access.ts";
import { EXIT_CODES_HELP } from "../exit-codes.ts";
import { statusText } from "../output/status-text.ts";
import { configOf, type ServerChoice, type ServiceOptions } from "../service-options.ts";

interface StatusOptions extends ServiceOptions, ServerChoice {
  readonly json?: boolean;
}

export function statusCommand(): Command {
  return new Command("status")
    .description("print how busy a running server is, and whether runs may begin")
    .option("--config <file>", "settings over configs/service.yaml (env SWEEPLINE_CONFIG)")
    .option("--server <url>", "the server; at the configured host and port when left out")
    .option("--token <secret>", "for the server, where it needs one (env SWEEPLINE_TOKEN)")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      `
Examples:
  sweepline status
  sweepline status --server http://127.0.0.1:4000 --json
${EXIT_CODES_HELP}`,
    )
    .action(async (options: StatusOptions) => {
      const { host, port } = configOf(options, true);
      const url = endpointOf(options.server ?? `http://${host}:${port}`);
      const data = await new ApiClient(url, serverToken(options.token)).request(admission, {});
      console.log(options.json ? JSON.stringify(data, null, 2) : statusText(data));
    });
}
