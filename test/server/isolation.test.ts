import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { issueToken } from "../../src/access/issue-token.ts";
import type { Scope } from "../../src/access/principal.ts";
import { ended } from "../support/service-under-test.ts";
import { post } from "./graphql-client.ts";
import { crossRequest, SMALL, START } from "./requests.ts";
import { allFields, OPERATIONS, type Operation, rootFields, WholeDocument } from "./schema-walk.ts";
import { TestService } from "./test-service.ts";

/**
 * Whose things a root field answers with. OWNED: those of the viewer, and of nobody else. SHARED:
 * the same for everybody. ADMIN: nothing but for an admin.
 */
interface Probe {
  readonly holds: "OWNED" | "SHARED" | "ADMIN";
  /** Variables that ask for, or act on, a run of Alice's. */
  readonly variables?: (things: Things) => object;
  /** What the answer has of Alice's, when it is her own; her mark when left out. */
  readonly proof?: RegExp;
}

/** Global ids of what is Alice's, or of what does not exist. */
interface Things {
  readonly run: string;
  readonly token: string;
  readonly upload: string;
  readonly strategy: string;
  readonly pin: string;
}

const input = (fields: object) => ({ input: fields });
const ofRun = (holds: Probe["holds"], more: Partial<Probe> = {}): Probe => ({
  holds,
  variables: ({ run }) => ({ id: run }),
  ...more,
});
const onRun: Probe = { holds: "OWNED", variables: ({ run }) => input({ id: run }) };
const GRID = crossRequest("hours", { fast: [2, 4, 1], slow: [5, 7, 1] });

/** Every root field there is: one that is added has to be put here. */
const PROBES: Readonly<Record<Operation, Readonly<Record<string, Probe>>>> = {
  query: {
    auditLog: { holds: "ADMIN" },
    compareRuns: {
      holds: "OWNED",
      variables: ({ run }) => ({ ids: [run, `${NOTHING.run.slice(0, -1)}1`] }),
      // Of the two it is the other that she does not have.
      proof: /ids\[1\]/,
    },
    checkStrategy: { holds: "SHARED", variables: () => ({ request: GRID, seed: 1 }) },
    dataset: { holds: "SHARED", variables: () => ({ hashOrName: "hours" }) },
    datasets: { holds: "SHARED" },
    importableFiles: { holds: "SHARED" },
    imports: { holds: "OWNED" },
    estimateRun: { holds: "SHARED", variables: () => ({ request: GRID }) },
    indicators: { holds: "SHARED" },
    node: ofRun("OWNED"),
    nodes: {
      holds: "OWNED",
      variables: ({ run, token, strategy, pin }) => ({ ids: [run, token, strategy, pin] }),
    },
    pinnedVariants: { holds: "OWNED" },
    queue: { holds: "SHARED" },
    rules: { holds: "SHARED" },
    run: ofRun("OWNED"),
    runs: { holds: "OWNED" },
    service: { holds: "SHARED" },
    admission: { holds: "SHARED" },
    strategies: { holds: "OWNED" },
    tokens: { holds: "ADMIN" },
    workers: { holds: "ADMIN" },
    viewer: { holds: "OWNED", proof: /"owner":"alice"/ },
  },
  mutation: {
    cancelRun: onRun,
    createToken: {
      holds: "ADMIN",
      variables: () => input({ name: "n", owner: "alice", scope: "READ" }),
    },
    deleteRun: { ...onRun, proof: /deletedRunId/ },
    cancelImport: { holds: "OWNED", variables: ({ upload }) => input({ id: upload }) },
    retryImport: {
      holds: "OWNED",
      variables: ({ upload }) => input({ id: upload }),
      proof: /CONFLICT/,
    },
    startImport: {
      holds: "SHARED",
      variables: () => input({ name: "n", origin: { upload: {} } }),
    },
    importDataset: {
      holds: "SHARED",
      variables: () => input({ name: "more", source: { synthetic: { seed: 7, bars: 50 } } }),
    },
    markRun: onRun,
    pauseRun: { ...onRun, proof: /CONFLICT/ },
    pinVariant: {
      holds: "OWNED",
      variables: ({ run }) => input({ runId: run, rank: 1 }),
      proof: /variantKey/,
    },
    resumeRun: { ...onRun, proof: /CONFLICT/ },
    retryRun: { ...onRun, proof: /CONFLICT/ },
    setRunPriority: {
      ...onRun,
      variables: ({ run }) => input({ id: run, priority: "HIGH" }),
      proof: /CONFLICT/,
    },
    revokeToken: { holds: "ADMIN", variables: ({ token }) => input({ id: token }) },
    runBacktest: { holds: "SHARED", variables: () => input({ request: GRID }) },
    overrideBreaker: { holds: "ADMIN", variables: () => input({ override: "AUTOMATIC" }) },
    setExecutionMode: { holds: "ADMIN", variables: () => input({ mode: "STANDALONE" }) },
    saveStrategy: {
      holds: "OWNED",
      variables: () => input({ name: "own", strategy: (GRID as { strategy: object }).strategy }),
      proof: /"version":1/,
    },
    unpinVariant: {
      holds: "OWNED",
      variables: ({ pin }) => input({ id: pin }),
      proof: /unpinnedId/,
    },
    startRun: {
      holds: "OWNED",
      // Her key and her request: with Bob it is another run, which says nothing of hers.
      variables: () => input({ request: markedRequest(), idempotencyKey: "key of alice" }),
    },
  },
  subscription: {
    importProgress: { holds: "OWNED", variables: ({ upload }) => ({ id: upload }) },
    runProgress: ofRun("OWNED", { proof: /"SUCCEEDED"/ }),
  },
};

const MARK = "mark-of-alice";
const NOTHING: Things = {
  run: "Run_00000000-0000-4000-8000-000000000000",
  token: "Token_00000000-0000-4000-8000-000000000000",
  upload: "Import_00000000-0000-4000-8000-000000000000",
  strategy: "Strategy_00000000-0000-4000-8000-000000000000",
  pin: "PinnedVariant_00000000-0000-4000-8000-000000000000",
};

let service: TestService;
const secrets: Record<string, string> = {};
let hers: Things;

beforeAll(async () => {
  service = await TestService.start();
  await service.importSynthetic("hours", 500);
  await service.serve({
    limits: {
      maxBreadth: 1e6,
      maxAliases: 1e6,
      maxPoints: 1e9,
      maxTokens: 1e6,
      maxDepth: 50,
      maxDocumentLength: 1e7,
    },
  });
  let token = "";
  for (const [owner, scope] of [
    ["alice", "run"],
    ["bob", "run"],
    ["root", "admin"],
  ] as const) {
    const made = await issue(owner, scope);
    secrets[owner] = made.secret;
    if (owner === "alice") token = `Token_${made.token.id}`;
  }
  const variables = PROBES.mutation.startRun!.variables!(NOTHING);
  const { run } = (await ask("alice", START, variables)).data.startRun;
  const waiting = await service.imports.start({ name: MARK, origin: { kind: "UPLOAD" } }, "alice");
  await service.imports.cancel(waiting.id);
  await ended(service.store, run.id.replace("Run_", ""));
  const SAVE = `mutation ($input: SaveStrategyInput!) { saveStrategy(input: $input) {
    ... on SaveStrategyPayload { strategy { id } } } }`;
  const PIN = `mutation ($input: PinVariantInput!) { pinVariant(input: $input) {
    ... on PinVariantPayload { pin { id } } } }`;
  const named = input({ name: MARK, strategy: (GRID as { strategy: object }).strategy });
  const strategy = (await ask("alice", SAVE, named)).data.saveStrategy.strategy.id;
  const pinned = input({ runId: run.id, rank: 1, label: MARK });
  const pin = (await ask("alice", PIN, pinned)).data.pinVariant.pin.id;
  hers = { run: run.id, token, upload: `Import_${waiting.id}`, strategy, pin };
});

afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

function markedRequest(): object {
  return crossRequest("hours", SMALL, { label: MARK });
}

function issue(owner: string, scope: Scope) {
  return issueToken(service.store.access, { name: MARK, owner, scope, expiresAt: null });
}

function ask(owner: string | null, query: string, variables: object = {}) {
  const headers = {
    "content-type": "application/json",
    accept: query.startsWith("subscription") ? "text/event-stream" : "application/json",
    ...(owner === null ? {} : { authorization: `Bearer ${secrets[owner]}` }),
  };
  return post(service.url, query, variables, { headers });
}

interface Case {
  readonly operation: Operation;
  readonly name: string;
  readonly probe: Probe;
  readonly document: WholeDocument;
}

const CASES: readonly Case[] = OPERATIONS.flatMap((operation) =>
  rootFields(operation).map((field) => {
    const probe = PROBES[operation][field.name] ?? { holds: "OWNED" };
    return { operation, name: field.name, probe, document: new WholeDocument(operation, field) };
  }),
);
const casesOf = (holds: Probe["holds"]) => CASES.filter(({ probe }) => probe.holds === holds);

const probeOf = async (owner: string | null, { probe, document }: Case, things: Things) => {
  const variables = probe.variables?.(things) ?? {};
  return await ask(owner, document.text, variables);
};

const TIMES =
  /(elapsed|wall|idle|load|indicators|atoms|events|stops|metrics|merge|persist)Ms":[\d.e-]+/g;

/** Answers of the same request differ in times and in the ids that were asked for. */
function comparable(text: string, things: Things): string {
  const ids = new RegExp(
    Object.values(things)
      .map((id) => id.replace(/^\w+_/, ""))
      .join("|"),
    "g",
  );
  return text.replaceAll(ids, "ID").replaceAll(TIMES, "");
}

describe("isolation of owners", () => {
  it("is known of every root field, and the probes reach every field there is", () => {
    for (const operation of OPERATIONS) {
      const names = rootFields(operation).map(({ name }) => name);
      expect(Object.keys(PROBES[operation]).sort(), operation).toEqual(names.sort());
    }
    const reached = new Set(CASES.flatMap(({ document }) => [...document.selected]));
    expect(allFields().filter((place) => !reached.has(place))).toEqual([]);
  });

  it.each(CASES)("$operation $name: nothing without a token", async (probed) => {
    const answer = await probeOf(null, probed, hers);
    expect(answer.status).toBe(401);
    expect(answer.text).not.toMatch(new RegExp(MARK));
  });

  it.each(
    casesOf("OWNED"),
  )("$operation $name: Bob's answer is that of what does not exist", async (probed) => {
    const answer = await probeOf("bob", probed, hers);
    expect(answer.status).toBe(200);
    if (probed.name === "startRun") {
      expect(answer.data.startRun.StartRunPayload_run.id).not.toBe(hers.run);
      const own = answer.data.startRun.StartRunPayload_run.id.slice(4);
      await service.runs.cancelRun(own, null);
      // What everybody sees of the queue is the same from now on.
      await ended(service.store, own);
      return;
    }
    expect(answer.text).not.toContain(MARK);
    const nothing = await probeOf("bob", probed, NOTHING);
    expect(comparable(answer.text, hers)).toBe(comparable(nothing.text, NOTHING));
  });

  it.each(casesOf("SHARED"))("$operation $name: the same for everybody", async (probed) => {
    const [first, second] = [
      await probeOf("alice", probed, hers),
      await probeOf("bob", probed, hers),
    ];
    expect(first.errors).toBeUndefined();
    expect(first.text).not.toContain(MARK);
    if (
      !["service", "admission", "checkStrategy", "importDataset", "startImport"].includes(
        probed.name,
      )
    ) {
      expect(comparable(second.text, hers)).toBe(comparable(first.text, hers));
    }
  });

  it.each(casesOf("ADMIN"))("$operation $name: for an admin alone", async (probed) => {
    const answer = await probeOf("bob", probed, hers);
    expect(answer.text).toContain("FORBIDDEN");
    expect(answer.text).not.toContain(MARK);
    if (probed.name !== "revokeToken") {
      expect((await probeOf("root", probed, hers)).text).not.toContain("FORBIDDEN");
    }
  });

  // Last, for Alice's own deletion ends it.
  const last = (a: Case, b: Case) =>
    Number(a.name === "deleteRun") - Number(b.name === "deleteRun");
  it.each(
    [...casesOf("OWNED")].sort(last),
  )("$operation $name: Alice has what is hers", async (probed) => {
    const answer = await probeOf("alice", probed, hers);
    expect(answer.text).toMatch(probed.probe.proof ?? new RegExp(MARK));
    const admin = await probeOf("root", probed, hers);
    expect(admin.status).toBe(200);
  });
});
