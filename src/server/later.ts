import type { ServerOptions } from "./server-options.ts";
import type { HealthServer, HealthServerOptions } from "./start-health-server.ts";
import type { RunningServer } from "./start-server.ts";

export type { HealthServer, RunningServer };

/** Loaded when it is asked for: most commands serve nothing, and it is half of what there is. */
export async function openServer(options: ServerOptions): Promise<RunningServer> {
  return (await import("./start-server.ts")).startServer(options);
}

export async function openHealth(options: HealthServerOptions): Promise<HealthServer> {
  return (await import("./start-health-server.ts")).startHealthServer(options);
}
