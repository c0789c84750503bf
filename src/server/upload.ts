import type { IncomingMessage, ServerResponse } from "node:http";
import { finished } from "node:stream/promises";
import type { AccessControl } from "../access/access-control.ts";
import { viewerServices } from "../graphql/access/viewer-services.ts";
import {
  checkUpload,
  type UploadAnswer,
  uploadAnswer,
  uploadRefusal,
  uploadWish,
} from "../graphql/upload-request.ts";
import type { ServerSettings } from "./server-options.ts";

/** A client that sends nothing for so long has gone. */
const IDLE_MS = 30_000;
/**
 * For so long the rest of a refused body is thrown away: a connection that is closed over unread
 * bytes is reset, and a client that is still sending would not get to read why.
 */
const LINGER_MS = 2_000;

/** `/datasets` and `/imports/<id>`: null for any other path. */
export function uploadPath(path: string): { readonly id: string | null } | null {
  if (path === "/datasets") return { id: null };
  const found = /^\/imports\/([A-Za-z0-9-]{1,100})$/.exec(path);
  return found === null ? null : { id: found[1] };
}

interface Upload {
  readonly id: string | null;
  readonly settings: ServerSettings;
  readonly access: AccessControl;
}

/**
 * Takes candles as the body of a POST: to `/imports/<id>` for an import that waits, or to
 * `/datasets?name=...` to begin one. The body is read as it comes; answers when it is imported.
 */
export async function answerUpload(
  request: IncomingMessage,
  response: ServerResponse,
  upload: Upload,
): Promise<void> {
  request.setTimeout(IDLE_MS, () => request.destroy());
  const said = await receive(request, upload).catch((error: unknown) => {
    return uploadRefusal(error) ?? unexpected(response, upload, error);
  });
  await answer(request, response, said);
}

async function receive(
  request: IncomingMessage,
  { id, settings, access }: Upload,
): Promise<UploadAnswer> {
  const { method = "", headers, url = "" } = request;
  const viewer = await access.principalOf(headers.authorization);
  checkUpload({ method, contentType: headers["content-type"] ?? "" }, viewer);
  const { imports } = viewerServices(settings.services, viewer);
  const wish = () => uploadWish(new URLSearchParams(url.split("?")[1] ?? ""));
  const waiting = id ?? (await imports.start(wish())).id;
  const length = Number(headers["content-length"] ?? Number.NaN);
  const total = Number.isSafeInteger(length) ? length : null;
  // Whoever stops reading leaves the connection open for the answer.
  const stream = request.iterator({ destroyOnReturn: false });
  return uploadAnswer(await imports.receive(waiting, { stream, total }));
}

function unexpected(response: ServerResponse, { settings }: Upload, error: unknown): UploadAnswer {
  const requestId = response.getHeader("x-request-id");
  settings.log.error({ requestId, err: error }, "unexpected error in an upload");
  const message = `Unexpected error. The log has it under request ${requestId}.`;
  return { status: 500, body: { error: { code: "INTERNAL", message } } };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { status, headers, body }: UploadAnswer,
): Promise<void> {
  if (response.destroyed) return;
  const close = status < 400 ? {} : { connection: "close" };
  const text = Buffer.from(JSON.stringify(body));
  const said = { "content-type": "application/json", "content-length": text.length };
  response.writeHead(status, { ...said, ...close, ...headers });
  response.write(text);
  if (!request.complete) {
    request.resume();
    await finished(request, { signal: AbortSignal.timeout(LINGER_MS) }).catch(() => {});
  }
  response.end();
  if (!request.complete) request.destroy();
}
