import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { createProgram } from "../../src/cli/program.ts";
import { RawWebsocket } from "../conformance/raw-websocket.ts";
import { NASTY_TEXTS } from "../fuzz/nasty-texts.ts";
import { POSTGRES } from "../support/databases.ts";
import { SweeplineProcess, temporaryFolder } from "./sweepline-process.ts";

const folder = temporaryFolder();
let database: Awaited<ReturnType<typeof POSTGRES.create>>;
let environment: Record<string, string>;
beforeAll(async () => {
  database = await POSTGRES.create();
  environment = { DATABASE_URL: database.location.url!, SWEEPLINE_DATA_DIR: folder.path };
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  folder.remove();
  await database.drop();
});

/** What a command prints, run in this process; only the server is one of its own. */
async function printed(...args: string[]): Promise<string> {
  const log = vi.spyOn(console, "log").mockImplementation(() => {});
  await createProgram().parseAsync(args, { from: "user" });
  const text = String(log.mock.lastCall);
  log.mockRestore();
  return text;
}

const json = async (...args: string[]) => JSON.parse(await printed(...args, "--json"));

it("tokens of the command line let clients in until revoked; no log has a secret", async () => {
  await using open = new SweeplineProcess(["serve", "--port", "0"], {
    ...environment,
    SWEEPLINE_LOG_LEVEL: "trace",
    SWEEPLINE_WORKERS: "1",
  });
  const [, url] = await open.says(/GraphQL and GraphiQL at (\S+)/);
  await open.says(/No token has been made/);
  const wish = ["token", "create", "--owner", "alice", "--name", "ci", "--expires", "1d"];
  const { token, secret } = await json(...wish, "--scope", "admin");
  expect(token).toMatchObject({ owner: "alice", name: "ci", scope: "admin", revokedAt: null });
  const span = Date.parse(token.expiresAt) - Date.parse(token.createdAt);
  expect(Math.abs(span - 86_400_000)).toBeLessThan(60_000);

  const ask = async (authorization: string, query: string, headers = {}) => {
    const response = await fetch(url!, {
      method: "POST",
      headers: { "content-type": "application/json", authorization, ...headers },
      body: JSON.stringify({ query }),
    });
    return { status: response.status, text: await response.text() };
  };
  const bearer = `Bearer ${secret}`;
  await expect.poll(async () => (await ask("", "{ viewer { owner } }")).status).toBe(401);
  expect((await ask(bearer, "{ viewer { owner } }")).text).toContain('"owner":"alice"');
  const made = await ask(
    bearer,
    `mutation { createToken(input: { name: "x", owner: "bob", scope: READ }) {
      ... on CreateTokenPayload { secret } } }`,
  );
  const other = /sweepline_[\w-]{43}/.exec(made.text)![0];
  for (const text of NASTY_TEXTS.filter((text) => text.length < 100)) {
    await ask(bearer, `{ dataset(hashOrName: ${JSON.stringify(text)}) { name } }`);
    await ask(`Bearer ${text.replaceAll(/[^!-~]/g, "?")}`, "{");
  }
  await ask(bearer, "{ runs { totalCount } }", { "x-request-id": 'a"level":50' });
  const socket = await new RawWebsocket(url!).init({ authorization: bearer });
  const wrong = new RawWebsocket(url!);
  await wrong.send({ type: "connection_init", payload: { authorization: "Bearer my-password" } });
  expect((await wrong.closed)[0]).toBe(4403);

  const server = ["--server", url!];
  vi.stubEnv("SWEEPLINE_TOKEN", secret);
  expect(await json("runs", ...server)).toEqual([]);
  vi.stubEnv("SWEEPLINE_TOKEN", undefined);
  const listed = await json("token", "list", ...server, "--token", secret);
  expect(listed.map(({ owner }: { owner: string }) => owner)).toEqual(["bob", "alice"]);
  const log: Record<string, string>[] = await json("audit");
  expect(log.map(({ action, owner }) => `${action} ${owner}`)).toEqual([
    "createToken alice",
    "createToken command-line",
  ]);
  await expect(printed("runs", ...server)).rejects.toThrow("A token is needed");
  const revoked = await printed("token", "revoke", token.id);
  expect(revoked).toBe(`${token.id} (ci of alice) is revoked`);
  expect(await socket.closed).toEqual([4403, "The token was revoked"]);
  expect((await ask(bearer, "{ viewer { owner } }")).status).toBe(401);

  open.signal("SIGTERM");
  expect(await open.code).toBe(0);
  const password = new URL(database.location.url!).password;
  const said = open.stdout + open.stderr;
  for (const hidden of [secret, other, password, "my-password"]) expect(said).not.toContain(hidden);
  const lines = open.stderr.split("\n").filter((line) => line !== "");
  expect(lines.length).toBeGreaterThan(0);
  for (const line of lines) expect(JSON.parse(line)).toMatchObject({ level: expect.any(Number) });
  expect(said).not.toContain("forged");
});
