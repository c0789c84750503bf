import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { App } from "../../app.ts";
import type { ServiceConfig } from "../../config.ts";

/** A running service for the demo, with a word on anything that was not as asked. */
export interface OpenDemo extends AsyncDisposable {
  readonly app: App;
  readonly url: string;
  readonly notes: readonly string[];
}

/**
 * Opens the embedded database and serves. A data directory that another process has open is
 * replaced by a temporary one, a busy port by a free one: a second demo beside the first works,
 * too.
 */
export async function openDemo(config: ServiceConfig): Promise<OpenDemo> {
  await using opened = new AsyncDisposableStack();
  const notes: string[] = [];
  const app = opened.use(
    await openApp(config).catch(async (inUse: Error) => {
      const dataDir = await mkdtemp(join(tmpdir(), "sweepline-demo-"));
      opened.defer(() => rm(dataDir, { recursive: true, force: true }));
      const app = await openApp({ ...config, dataDir });
      notes.push(`${inUse.message}; this demo keeps its data in ${dataDir} until it ends`);
      return app;
    }),
  );
  const { url } = await app.serve().catch((busy: NodeJS.ErrnoException) => {
    if (busy.code !== "EADDRINUSE") throw busy;
    notes.push(`port ${config.port} is in use; this demo takes a free one`);
    return app.serve({ port: 0 });
  });
  const resources = opened.move();
  return { app, url, notes, [Symbol.asyncDispose]: () => resources.disposeAsync() };
}

async function openApp(config: ServiceConfig): Promise<App> {
  const { createApp } = await import("../../app.ts");
  return createApp(config);
}
