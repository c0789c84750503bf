import type { IncomingMessage, ServerResponse } from "node:http";
import { type AccessControl, AccessDenied } from "../access/access-control.ts";
import type { Metrics } from "./server-options.ts";

/** The meters of this process for Prometheus; who may ask anything may read them. */
export async function answerMetrics(
  request: IncomingMessage,
  response: ServerResponse,
  access: AccessControl,
  metrics: Metrics,
): Promise<void> {
  try {
    await access.principalOf(request.headers.authorization);
    const { contentType, text } = await metrics();
    response.writeHead(200, { "content-type": contentType, "cache-control": "no-store" });
    response.end(text);
  } catch (error) {
    const status = error instanceof AccessDenied ? 401 : 503;
    response.writeHead(status, { "content-type": "text/plain" });
    response.end(status === 401 ? "A token is needed\n" : "The meters cannot be read now\n");
  }
}
