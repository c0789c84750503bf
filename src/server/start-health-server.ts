import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { AccessControl } from "../access/access-control.ts";
import { answerLive, answerReady, type HealthServices } from "./health.ts";
import { hostName, isLoopback, openDoor } from "./loopback.ts";
import { answerMetrics } from "./metrics.ts";
import type { Metrics } from "./server-options.ts";

export interface HealthServerOptions {
  readonly services: HealthServices;
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly metrics: Metrics;
}

export interface HealthServer {
  readonly port: number;
  /** From now on it is not ready. */
  drain(): void;
  close(): Promise<void>;
}

/** Health and meters of a process that serves nothing else; by the rules of the whole server. */
export async function startHealthServer(options: HealthServerOptions): Promise<HealthServer> {
  const { services, host, port, metrics } = options;
  const access = await AccessControl.open(services.store.access);
  if (access.isOpen && !isLoopback(host)) {
    access.close();
    throw openDoor(host);
  }
  let draining = false;
  const server = createServer((request, response) => {
    const path = request.url?.split("?")[0];
    if (access.isOpen && !isLoopback(hostName(request.headers.host ?? ""))) {
      response.writeHead(421, { "content-type": "text/plain" }).end("Not this server's name\n");
    } else if (path === "/health/live") {
      answerLive(response);
    } else if (path === "/health/ready") {
      void answerReady(response, services, draining);
    } else if (path === "/metrics") {
      void answerMetrics(request, response, access, metrics);
    } else {
      response.writeHead(404, { "content-type": "text/plain" }).end("Not found\n");
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    drain: () => {
      draining = true;
    },
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
      access.close();
    },
  };
}
