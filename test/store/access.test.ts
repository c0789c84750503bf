import { expect, it } from "vitest";
import { AccessControl, AccessDenied } from "../../src/access/access-control.ts";
import { issueToken } from "../../src/access/issue-token.ts";
import { onBothDatabases } from "../support/databases.ts";
import { samplePlan } from "../support/sample-plan.ts";
import { storeOfSuite } from "../support/suite-store.ts";

const TOKEN = { name: "ci", owner: "alice", scope: "run", expiresAt: null } as const;
const HASH = "a".repeat(64);

onBothDatabases("access", (database) => {
  const store = storeOfSuite(database);

  const start = (owner: string, idempotencyKey: string | null, maxUnfinishedOfOwner = 100) =>
    store().createRun({
      ...{ plan: samplePlan(), owner, idempotencyKey, limits: { maxUnfinishedOfOwner } },
      ...({ kernels: "reference", requestHash: "h" } as const),
    });

  it("keeps tokens by their hashes; a revoked one counts, and keeps its first end", async () => {
    const { access } = store();
    let changes = 0;
    const unsubscribe = access.onAccessChanged(() => changes++);
    expect(await access.anyToken()).toBe(false);
    const token = await access.createToken({ ...TOKEN, secretHash: HASH });
    expect(token).toMatchObject({ ...TOKEN, revokedAt: null });
    expect(token).not.toHaveProperty("secretHash");
    expect(await access.tokenByHash(HASH)).toEqual(token);
    expect(await access.tokenByHash("b".repeat(64))).toBeNull();
    await expect(access.createToken({ ...TOKEN, secretHash: HASH })).rejects.toThrow();

    const revoked = await access.revokeToken(token.id);
    expect(revoked?.revokedAt).toBeInstanceOf(Date);
    expect(await access.revokeToken(token.id)).toEqual(revoked);
    expect(await access.revokeToken("none")).toBeNull();
    expect(await access.anyToken()).toBe(true);
    await access.createToken({ ...TOKEN, name: "second", secretHash: "c".repeat(64) });
    const { items, totalCount } = await access.listTokens({ first: 1, after: null });
    expect([items[0]!.item.name, totalCount]).toEqual(["second", 2]);
    const rest = await access.listTokens({ first: 5, after: items[0]!.cursor });
    expect(rest.items.map(({ item }) => item.id)).toEqual([token.id]);
    await expect.poll(() => changes).toBe(4);
    unsubscribe();
  });

  it("is shut by whoever comes with a token, though the news of it got lost", async () => {
    const { access } = store();
    // As one that was opened before there was any.
    const before = { anyToken: async () => false, onAccessChanged: () => () => {} };
    const control = await AccessControl.open({ ...access, ...before });
    const { secret } = await issueToken(access, TOKEN);
    expect(await control.principalOf(null)).toMatchObject({ owner: "local" });
    expect(await control.principalOf(`Bearer ${secret}`)).toMatchObject({ owner: "alice" });
    expect(control.isOpen).toBe(false);
    await expect(control.principalOf(null)).rejects.toThrow(AccessDenied);
    control.close();
  });

  it("keeps what was done, newest first, by owner and action", async () => {
    const { access } = store();
    const entry = { tokenId: null, target: "Run_1", outcome: "OK", requestId: "r" };
    for (const [owner, action] of [
      ["alice", "startRun"],
      ["bob", "startRun"],
      ["alice", "cancelRun"],
    ]) {
      await access.recordAction({ ...entry, owner: owner!, action: action! });
    }
    const all = await access.listActions({ first: 2, after: null });
    expect(all.items.map(({ item }) => `${item.owner} ${item.action}`)).toEqual([
      "alice cancelRun",
      "bob startRun",
    ]);
    expect(all.hasNextPage).toBe(true);
    const some = await access.listActions(
      { first: 9, after: null },
      { owner: "alice", action: "startRun" },
    );
    expect(some.totalCount).toBe(1);
    expect(some.items[0]!.item).toMatchObject({ ...entry, owner: "alice" });
  });

  it("gives each owner his own runs, keys and quota", async () => {
    const a = await start("alice", "same key");
    const b = await start("bob", "same key");
    expect(a.created && b.created).toBe(true);
    expect((await start("alice", "same key")).run.id).toBe(a.run.id);
    expect([a.run.owner, b.run.owner]).toEqual(["alice", "bob"]);
    const listed = await store().listRuns({ first: 9, after: null }, { owner: "bob" });
    expect(listed.items.map(({ item }) => item.id)).toEqual([b.run.id]);
    expect(listed.totalCount).toBe(1);

    await expect(start("alice", null, 1)).rejects.toMatchObject({
      code: "QUOTA_EXCEEDED",
      details: { used: 1, allowed: 1 },
    });
    expect((await start("alice", "same key", 1)).created, "a repeat is no further run").toBe(false);
    await store().requestCancel(a.run.id, null);
    expect((await start("alice", null, 1)).created).toBe(true);
  });
});
