import { type FuzzRequest, fuzzRequest, type Things } from "./document-generator.ts";

export interface Campaign {
  readonly url: string;
  readonly seed: number;
  /** First number, and how many from there. */
  readonly from: number;
  readonly documents: number;
  readonly things: Things;
  /** Of an admin: a document that makes a token must not lock the others out. */
  readonly secret: string;
  /** Requests in flight. */
  readonly parallel: number;
}

export interface Finding {
  readonly no: number;
  readonly request: FuzzRequest;
  readonly what: string;
}

export interface Outcome {
  readonly findings: readonly Finding[];
  /** Answers by status, or by the code of their first error. */
  readonly counts: Readonly<Record<string, number>>;
  /** The slowest of the requests that compute nothing, longest first. */
  readonly slowest: readonly { readonly no: number; readonly ms: number }[];
}

/** A stream that says nothing more is no finding; a query is given up after as long. */
const PATIENCE_MS = 120_000;
const COMPUTING = /runBacktest|checkStrategy|variantReport|importDataset|estimateRun|startRun/;
/** Codes that a client's own doing explains. */
const KNOWN = new Set([
  "GRAPHQL_PARSE_FAILED",
  "GRAPHQL_VALIDATION_FAILED",
  "BAD_USER_INPUT",
  "BAD_REQUEST",
  "OPERATION_RESOLUTION_FAILURE",
  "LIMIT_EXCEEDED",
  "VALIDATION",
  "NOT_FOUND",
  "CONFLICT",
  "FORBIDDEN",
  "QUEUE_FULL",
  "QUOTA_EXCEEDED",
]);

/** Sends every document of a campaign; nothing but 127.0.0.1 is spoken to. */
export async function runCampaign(campaign: Campaign): Promise<Outcome> {
  if (new URL(campaign.url).hostname !== "127.0.0.1") throw new Error("only this machine");
  const findings: Finding[] = [];
  const counts: Record<string, number> = {};
  const times: { no: number; ms: number }[] = [];
  const end = campaign.from + campaign.documents;
  let next = campaign.from;
  const work = async () => {
    for (let no = next++; no < end; no = next++) {
      const request = fuzzRequest(campaign.seed, no, campaign.things);
      const started = performance.now();
      const { verdict, fault } = await judged(campaign, request);
      if (request.operation !== "subscription" && !COMPUTING.test(request.query)) {
        times.push({ no, ms: performance.now() - started });
      }
      counts[verdict] = (counts[verdict] ?? 0) + 1;
      if (fault !== null) findings.push({ no, request, what: fault });
    }
  };
  await Promise.all(Array.from({ length: campaign.parallel }, work));
  const slowest = times.sort((a, b) => b.ms - a.ms).slice(0, 5);
  return { findings, counts, slowest };
}

interface Verdict {
  readonly verdict: string;
  /** What a server must never answer; null for a proper answer, refusals included. */
  readonly fault: string | null;
}

async function judged(
  { url, secret }: Campaign,
  { query, variables, operation }: FuzzRequest,
): Promise<Verdict> {
  const isStream = operation === "subscription";
  const given = new AbortController();
  const timer = setTimeout(() => given.abort(), isStream ? 300 : PATIENCE_MS);
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        authorization: `Bearer ${secret}`,
        accept: isStream ? "text/event-stream" : "application/json, multipart/mixed",
      },
      body: JSON.stringify({ query, variables }),
      signal: given.signal,
    });
    return verdictOf(response.status, await response.text());
  } catch (error) {
    if (isStream && given.signal.aborted) return { verdict: "open stream", fault: null };
    const { message, cause } = error as Error & { cause?: Error };
    return { verdict: "no answer", fault: `no answer: ${cause?.message ?? message}` };
  } finally {
    clearTimeout(timer);
  }
}

function verdictOf(status: number, text: string): Verdict {
  const codes = [...text.matchAll(/"extensions":\{"code":"(\w+)"/g)].map((match) => match[1]!);
  const verdict = codes[0] ?? `status ${status}`;
  if (status >= 500) return { verdict, fault: `status ${status}: ${text.slice(0, 400)}` };
  const leak = /INTERNAL_SERVER_ERROR|\bat \S+ \(|node_modules|src\/\w+\/|syntax error at or near/;
  const found = leak.exec(text);
  if (found !== null) return { verdict, fault: `says ${found[0]}: ${text.slice(0, 600)}` };
  const unknown = codes.find((code) => !KNOWN.has(code));
  const fault = unknown === undefined ? null : `code ${unknown}: ${text.slice(0, 400)}`;
  return { verdict, fault };
}
