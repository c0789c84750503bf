import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ReadableStream } from "node:stream/web";
import { setTimeout as sleep } from "node:timers/promises";
import { Random } from "../../../src/core/random.ts";
import { contentHash } from "../../../src/market-data/content-hash.ts";
import { DatasetLibrary } from "../../../src/runner/dataset-library.ts";
import type { DatabaseLocation } from "../../../src/store/database.ts";
import { openStore } from "../../../src/store/open.ts";
import type { Store } from "../../../src/store/store.ts";
import { freePort } from "../free-port.ts";
import { startVictim, type Victim } from "./victim.ts";

export interface ImportCampaignOptions {
  /** Kills before the server is ready for the first time: a data directory that is being made. */
  readonly firstKills: number;
  /** Kills within an import, an upload and a file of the server's in turn. */
  readonly kills: number;
  readonly seed: number;
  readonly bars: number;
  /** A PostgreSQL server's database; an embedded one in a new directory when absent. */
  readonly url?: string;
  readonly log?: (line: string) => void;
}

export interface ImportCampaignReport {
  readonly states: readonly string[];
  readonly datasets: number;
  /** What should not be; empty when all is well. */
  readonly complaints: readonly string[];
}

/** Longest moment after the beginning of a start, and of an import, at which a kill falls. */
const WITHIN_START_MS = 1_500;
const WITHIN_IMPORT_MS = 400;
const PIECES = 20;
/** Of candles that come when their import has been waiting for them. */
const LATE = 1_000;
const HOUR = 3_600_000;
const START = Date.UTC(2024, 0, 1);
/** Connections that break one after another while nobody is killed. */
const MOST_BREAKS = 5;

/**
 * One server that is killed while it begins and while it imports, and started again. Every import
 * ends whole, or FAILED with a reason where its bytes are gone; what is listed is whole.
 */
export async function importCampaign(
  options: ImportCampaignOptions,
): Promise<ImportCampaignReport> {
  const { seed, kills, firstKills, log = () => {} } = options;
  const random = new Random(seed);
  const folder = mkdtempSync(join(tmpdir(), "sweepline-imports-"));
  const dataDir = join(folder, "data");
  const port = await freePort();
  const environment: NodeJS.ProcessEnv = {
    SWEEPLINE_DATA_DIR: dataDir,
    SWEEPLINE_WORKERS: "1",
    SWEEPLINE_LOG_LEVEL: "error",
    SWEEPLINE_IMPORTS_FOLDER: folder,
    // One that lost its server counts until its lease is over.
    SWEEPLINE_IMPORTS_MAX_ACTIVE: "100",
    SWEEPLINE_DEADLINES_LEASE_SECONDS: "5",
    ...(options.url === undefined ? {} : { DATABASE_URL: options.url }),
  };
  let victim: Victim | null = null;
  await using cleanUp = new AsyncDisposableStack();
  cleanUp.defer(async () => {
    victim?.kill();
    await victim?.gone;
    rmSync(folder, { recursive: true, force: true });
  });
  const begin = () => {
    victim = startVictim({ environment, port, chunkDelayMs: 0 });
    return victim;
  };
  const killAfter = async (ms: number) => {
    await sleep(ms);
    victim!.kill();
    await victim!.gone;
  };
  for (let i = 0; i < firstKills; i++) {
    const afterMs = random.uniform() * WITHIN_START_MS;
    begin();
    await killAfter(afterMs);
    log(`killed ${afterMs.toFixed(0)} ms after its start, before it was ready`);
  }
  await begin().ready;
  const client = new Client(`http://127.0.0.1:${port}`, folder, options.bars);
  for (let i = 0; i < kills; i++) {
    const afterMs = random.uniform() * WITHIN_IMPORT_MS;
    void client.begin(i);
    await killAfter(afterMs);
    log(`killed ${afterMs.toFixed(0)} ms after the beginning of import ${i}`);
    await begin().ready;
  }
  const imports = await client.ended();
  await killAfter(0);
  victim = null;
  const location =
    options.url === undefined ? { dataDir: join(dataDir, "database") } : { url: options.url };
  const { datasets, complaints } = await judged(location, imports, options);
  return {
    states: imports.map(({ state }) => state),
    datasets,
    complaints: [...client.complaints, ...complaints],
  };
}

interface SeenImport {
  readonly id: string;
  readonly uploadPath: string | null;
  readonly origin: string;
  readonly state: string;
  readonly error: { readonly code: string } | null;
  readonly dataset: { readonly name: string } | null;
}

interface Answer {
  readonly data: {
    readonly imports: { readonly edges: readonly { node: SeenImport }[] };
    readonly startImport: { readonly __typename: string };
  };
  readonly errors?: unknown;
}

/**
 * Somebody who brings candles, and looks what has become of them. A connection breaks where a
 * server is killed, and one that was kept breaks later; an answer that is wrong is a complaint.
 */
class Client {
  readonly complaints: string[] = [];
  readonly #url: string;
  readonly #folder: string;
  readonly #bars: number;

  constructor(url: string, folder: string, bars: number) {
    this.#url = url;
    this.#folder = folder;
    this.#bars = bars;
  }

  /** Begins an import, which fails with its server as a rule. */
  async begin(no: number): Promise<void> {
    try {
      if (no % 2 === 0) await this.#upload(no, `/datasets?name=upload-${no}`);
      else await this.#file(no);
    } catch (error) {
      if (!hasBroken(error)) this.complaints.push(`import ${no}: ${error}`);
    }
  }

  /** All imports, once none is under way; an upload that waits for its bytes gets them. */
  async ended(): Promise<readonly SeenImport[]> {
    const late = new Set<string>();
    for (let breaks = 0; ; await sleep(100)) {
      try {
        const nodes = await this.#imports();
        const waiting = nodes.find(({ state, uploadPath }) => state === "WAITING" && uploadPath);
        if (waiting !== undefined) {
          late.add(waiting.id);
          await this.#upload(LATE, waiting.uploadPath!);
        } else if (!nodes.some(({ state }) => state === "WAITING" || state === "RUNNING")) {
          const cut = nodes.filter(({ id, state }) => late.has(id) && state !== "SUCCEEDED");
          this.complaints.push(...cut.map(({ state }) => `${state} though nobody cut it off`));
          return nodes;
        }
        breaks = 0;
      } catch (error) {
        breaks++;
        if (!hasBroken(error) || breaks > MOST_BREAKS) throw error;
      }
    }
  }

  /** In pieces, as they would come over a network. */
  async #upload(no: number, path: string): Promise<void> {
    const text = csv(no, this.#bars);
    const size = Math.ceil(text.length / PIECES);
    const pieces = async function* () {
      for (let at = 0; at < text.length; at += size) {
        yield Buffer.from(text.slice(at, at + size));
        await sleep(5);
      }
    };
    const response = await fetch(new URL(path, this.#url), {
      method: "POST",
      body: ReadableStream.from(pieces()),
      headers: { "content-type": "text/csv" },
      duplex: "half",
    } as RequestInit);
    const answer = await response.text();
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${answer}`);
  }

  async #file(no: number): Promise<void> {
    writeFileSync(join(this.#folder, `${no}.csv`), csv(no, this.#bars));
    const input = { name: `file-${no}`, origin: { file: { path: `${no}.csv` } } };
    const { startImport } = await this.#ask(
      "mutation ($input: StartImportInput!) { startImport(input: $input) { __typename } }",
      { input },
    );
    if (startImport.__typename !== "StartImportPayload") throw new Error(startImport.__typename);
  }

  async #imports(): Promise<readonly SeenImport[]> {
    const { imports } = await this.#ask(
      `{ imports(first: 100) {
        edges { node { id uploadPath origin state error { code } dataset { name } } }
      } }`,
    );
    return imports.edges.map(({ node }) => node);
  }

  async #ask(query: string, variables: object = {}) {
    const response = await fetch(`${this.#url}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = (await response.json()) as Answer;
    if (errors !== undefined) throw new Error(JSON.stringify(errors));
    return data;
  }
}

const BROKEN = ["ECONNREFUSED", "ECONNRESET", "EPIPE", "UND_ERR_SOCKET"];

/** No answer came, or not all of it. */
function hasBroken(error: unknown): boolean {
  const cause = error instanceof TypeError ? error.cause : null;
  return cause instanceof Error && "code" in cause && BROKEN.includes(String(cause.code));
}

/** Other candles for each number. */
function csv(no: number, bars: number): string {
  const rows = Array.from({ length: bars }, (_, i) => {
    const close = 100 + no + (i % 7);
    return `${START + i * HOUR},${close},${close + 1},${close - 1},${close},${i}`;
  });
  return ["time,open,high,low,close,volume", ...rows].join("\n");
}

/** What the database has in the end, read without the service. */
async function judged(
  location: DatabaseLocation,
  imports: readonly SeenImport[],
  { bars }: ImportCampaignOptions,
): Promise<Pick<ImportCampaignReport, "datasets" | "complaints">> {
  const store = await openStore(location);
  try {
    const complaints = imports.flatMap(importComplaints);
    const { items } = await store.listDatasets({ first: 100, after: null });
    for (const { item } of items) {
      if (item.bars !== bars) complaints.push(`${item.name} has ${item.bars} bars`);
      if (!(await isWhole(store, item))) complaints.push(`${item.name} is not what its hash says`);
    }
    const made = new Set(imports.map(({ dataset }) => dataset?.name).filter(Boolean));
    for (const { item } of items) made.delete(item.name);
    for (const name of made) complaints.push(`${name} is told of and not listed`);
    return { datasets: items.length, complaints };
  } finally {
    await store.close();
  }
}

function importComplaints({ origin, state, error, dataset }: SeenImport): string[] {
  const isWhole = state === "SUCCEEDED" && dataset !== null;
  // Only bytes that came over the network are gone with the process.
  const isTold = state === "FAILED" && error?.code === "INTERRUPTED" && origin === "UPLOAD";
  return isWhole || isTold ? [] : [`an import of ${origin} is ${state}: ${error?.code}`];
}

type Listed = Awaited<ReturnType<Store["listDatasets"]>>["items"][number]["item"];

async function isWhole(store: Store, { hash, instrument, timeframe }: Listed): Promise<boolean> {
  const bounds = { cacheDir: null, maxMemoryBytes: 2 ** 28, maxDiskBytes: 0 };
  const candles = await new DatasetLibrary({ store, ...bounds }).candles(hash);
  return contentHash({ instrument, timeframe, candles }) === hash;
}
