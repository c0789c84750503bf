import { AccessDenied } from "../access/access-control.ts";
import { allows, type Principal } from "../access/principal.ts";
import { TIMEFRAMES, type Timeframe } from "../core/series/timeframe.ts";
import { complaint, UserError, type UserErrorCode } from "../core/user-error.ts";
import type { ImportRecord } from "../store/import-records.ts";
import type { ImportWish } from "./context.ts";
import { encodeGlobalId } from "./global-id.ts";

/** Uploads over plain HTTP in the API's terms: who may, what is asked for, what is answered. */

const STATUS: Readonly<Partial<Record<UserErrorCode, number>>> = {
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  CONFLICT: 409,
  QUEUE_FULL: 429,
};

/**
 * A page of another site can send these to this machine unasked; browsers ask first for any other
 * type, and the answer is no. An upload has to come with one of the others.
 */
const SIMPLE_TYPES = [
  "text/plain",
  "multipart/form-data",
  "application/x-www-form-urlencoded",
] as const;

const PARAMETERS = ["name", "instrument", "timeframe", "skipRejected"];

/** UserError for a method, a content type or a viewer that may not upload. */
export function checkUpload(
  { method, contentType }: { readonly method: string; readonly contentType: string },
  viewer: Principal,
): void {
  if (!allows(viewer, "run")) {
    const message = "an upload needs a token of scope run";
    throw new UserError("FORBIDDEN", complaint("", message, viewer.scope, "run"));
  }
  if (method !== "POST") {
    throw new UserError("VALIDATION", complaint("method", "not allowed", method, "POST"));
  }
  const type = contentType.split(";")[0].trim().toLowerCase();
  if (type === "" || SIMPLE_TYPES.some((simple) => simple === type)) {
    const bound = "text/csv, application/vnd.apache.parquet, application/gzip or any other type";
    const message = `must not be one of ${SIMPLE_TYPES.join(", ")}`;
    throw new UserError("VALIDATION", complaint("content-type", message, type, bound));
  }
}

/** The import that an upload's query asks for. UserError. */
export function uploadWish(query: URLSearchParams): ImportWish {
  const unknown = [...query.keys()].find((key) => !PARAMETERS.includes(key));
  if (unknown !== undefined) {
    const bound = PARAMETERS.join(", ");
    throw new UserError("VALIDATION", complaint(unknown, "unknown parameter", unknown, bound));
  }
  const name = query.get("name");
  if (name === null) {
    throw new UserError("VALIDATION", complaint("name", "is required", null, "?name=..."));
  }
  const [instrument, timeframe] = [query.get("instrument"), query.get("timeframe")];
  return {
    name,
    ...(instrument === null ? {} : { instrument }),
    ...(timeframe === null ? {} : { timeframe: checkedTimeframe(timeframe) }),
    onReject: checkedFlag(query.get("skipRejected")) ? "skip" : "refuse",
    origin: { kind: "UPLOAD" },
  };
}

function checkedTimeframe(text: string): Timeframe {
  const found = TIMEFRAMES.find((timeframe) => timeframe === text);
  if (found !== undefined) return found;
  const bound = TIMEFRAMES.join(" | ");
  throw new UserError("VALIDATION", complaint("timeframe", "not a timeframe", text, bound));
}

function checkedFlag(text: string | null): boolean {
  if (text === null || text === "false") return false;
  if (text === "true") return true;
  const bound = "true | false";
  throw new UserError("VALIDATION", complaint("skipRejected", "not a flag", text, bound));
}

export interface UploadAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: object;
}

/** 201 for a new dataset, 200 for one that was there. */
export function uploadAnswer(record: ImportRecord): UploadAnswer {
  const { id, state, datasetHash, created, rejected, error } = record;
  const body = { state, dataset: datasetHash, created, rejected };
  return {
    status: created === true ? 201 : 200,
    body: {
      import: encodeGlobalId("Import", id),
      ...body,
      ...(error === null ? {} : { error }),
    },
  };
}

/** Null for what is nobody's mistake. */
export function uploadRefusal(error: unknown): UploadAnswer | null {
  if (error instanceof AccessDenied) {
    const body = { error: { code: "UNAUTHENTICATED", message: error.message } };
    return { status: 401, headers: { "www-authenticate": "Bearer" }, body };
  }
  if (!(error instanceof UserError)) return null;
  const { code, message, complaints, details } = error;
  const wait = details.retryAfterMs;
  return {
    status: details.maxBytes === undefined ? (STATUS[code] ?? 400) : 413,
    headers: wait === undefined ? {} : { "retry-after": `${Math.ceil(Number(wait) / 1_000)}` },
    body: { error: { code, message, complaints } },
  };
}
