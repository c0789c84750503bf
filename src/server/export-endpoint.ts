import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import type { AccessControl } from "../access/access-control.ts";
import { viewerServices } from "../graphql/access/viewer-services.ts";
import type { RunExport } from "../graphql/context.ts";
import { exportRefusal, findExport } from "../graphql/export-request.ts";
import { byteRange, bytesWithin } from "./byte-range.ts";
import type { ServerSettings } from "./server-options.ts";

/** The run of `/runs/<id>/export`, or null for any other path. */
export function exportPath(path: string): string | null {
  return /^\/runs\/((?:Run_)?[A-Za-z0-9-]{1,100})\/export$/.exec(path)?.[1] ?? null;
}

interface ExportRoute {
  readonly id: string;
  readonly settings: ServerSettings;
  readonly access: AccessControl;
}

/** Sizes of exports that were measured; each costs one reading of its rows. */
const sizes = new Map<string, number>();
const MAX_SIZES = 1_000;

/**
 * Answers `GET /runs/<id>/export?what=&format=` with a stream whose bytes are the same every time:
 * it has an ETag, can be asked for in ranges, and is compressed on the way where the client takes
 * gzip. Memory does not grow with the rows.
 */
export async function answerExport(
  request: IncomingMessage,
  response: ServerResponse,
  route: ExportRoute,
): Promise<void> {
  try {
    const { settings, access, id } = route;
    const viewer = await access.principalOf(request.headers.authorization);
    const services = viewerServices(settings.services, viewer);
    const query = new URLSearchParams(request.url?.split("?")[1] ?? "");
    const found = await findExport(services, { id, query, method: request.method ?? "" });
    await send(request, response, found);
  } catch (error) {
    refuse(response, route, error);
  }
}

async function send(
  request: IncomingMessage,
  response: ServerResponse,
  found: RunExport,
): Promise<void> {
  const { headers, method } = request;
  const packed = isPacked(request, found);
  const etag = `"${found.tag}${packed ? "-gzip" : ""}"`;
  response.setHeader("etag", etag);
  response.setHeader("vary", "accept-encoding, authorization");
  response.setHeader("cache-control", "private, no-cache");
  if (headers["if-none-match"]?.split(/\s*,\s*/).includes(etag)) {
    response.writeHead(304).end();
    return;
  }
  response.setHeader("content-type", found.contentType);
  response.setHeader("content-disposition", `attachment; filename="${found.fileName}"`);
  if (packed) {
    response.writeHead(200, { "content-encoding": "gzip" });
    await write(response, found.bytes(), method === "HEAD", true);
    return;
  }
  response.setHeader("accept-ranges", "bytes");
  // A range of something that has changed since is of no use.
  const isCurrent = [undefined, etag].includes(headers["if-range"] as string | undefined);
  const asked = isCurrent ? headers.range : undefined;
  const size = asked === undefined && method !== "HEAD" ? null : await sizeOf(found);
  const range = size === null ? null : byteRange(asked, size);
  if (range === "UNSATISFIABLE") {
    response.writeHead(416, { "content-range": `bytes */${size}` }).end();
  } else if (range === null) {
    if (size !== null) response.setHeader("content-length", size);
    response.writeHead(200);
    await write(response, found.bytes(), method === "HEAD");
  } else {
    const { from, to } = range;
    const length = { "content-length": to - from };
    response.writeHead(206, { "content-range": `bytes ${from}-${to - 1}/${size}`, ...length });
    await write(response, bytesWithin(found.bytes(), range), method === "HEAD");
  }
}

/** Parquet is compressed as it is, and a range is one of plain bytes. */
function isPacked({ headers, method }: IncomingMessage, { contentType }: RunExport): boolean {
  if (headers.range !== undefined || method === "HEAD" || contentType.includes("parquet")) {
    return false;
  }
  const encodings = String(headers["accept-encoding"] ?? "").split(",");
  return encodings.some(
    (encoding) =>
      /^\s*gzip\s*(?:;\s*q=(?:1|0\.[0-9]*[1-9]))?/.test(encoding) &&
      !/;\s*q=0(?:\.0*)?\s*$/.test(encoding),
  );
}

async function write(
  response: ServerResponse,
  bytes: AsyncIterable<Uint8Array>,
  isHead: boolean,
  packed = false,
): Promise<void> {
  if (isHead) {
    response.end();
    return;
  }
  const source = Readable.from(bytes, { objectMode: false, highWaterMark: 1 << 16 });
  if (packed) await pipeline(source, createGzip(), response);
  else await pipeline(source, response);
}

async function sizeOf(found: RunExport): Promise<number> {
  const known = sizes.get(found.tag);
  if (known !== undefined) return known;
  let size = 0;
  for await (const block of found.bytes()) size += block.length;
  sizes.set(found.tag, size);
  for (const oldest of sizes.keys()) {
    if (sizes.size <= MAX_SIZES) break;
    sizes.delete(oldest);
  }
  return size;
}

function refuse(response: ServerResponse, { settings }: ExportRoute, error: unknown): void {
  if (response.headersSent) {
    // Part of it is out: the client has to see that the rest is missing.
    response.destroy();
    if ((error as NodeJS.ErrnoException).code === "ERR_STREAM_PREMATURE_CLOSE") return;
    settings.log.error({ err: error }, "unexpected error in an export");
    return;
  }
  const requestId = response.getHeader("x-request-id");
  const known = exportRefusal(error);
  if (known === null)
    settings.log.error({ requestId, err: error }, "unexpected error in an export");
  const { status, headers, body } = known ?? {
    status: 500,
    headers: {},
    body: { error: { code: "INTERNAL", message: `Internal error in request ${requestId}` } },
  };
  for (const name of ["etag", "content-disposition", "accept-ranges"]) response.removeHeader(name);
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify(body));
}
