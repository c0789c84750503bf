import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { createProgram } from "../../src/cli/program.ts";
import { loadConfig } from "../../src/config.ts";

const ROOT = join(import.meta.dirname, "../..");
const read = (path: string) => readFileSync(join(ROOT, path), "utf8");

interface Service {
  readonly image: string;
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string | number>>;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly volumes?: readonly string[];
}

const compose = parse(read("compose.yaml"), { merge: true }) as {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, null>>;
};
const dockerfile = read("Dockerfile").replaceAll(/\\\n\s*/g, "");
const lines = (word: string) =>
  [...dockerfile.matchAll(new RegExp(`^${word} (.*)$`, "gm"))].map((found) => found[1]!);
/** As compose fills them in; secrets come from outside. */
const filled = (text: string) =>
  text.replaceAll(
    /\$\{[A-Z_]+(?::-([^}]*)|:\?[^}]*)\}/g,
    (_all, byDefault) => byDefault ?? "secret",
  );

it.each(
  Object.entries(compose.services).filter(([, { image }]) => image === "sweepline"),
)("%s is a command of this version, with settings that it takes", (_name, service) => {
  const commands = createProgram().commands.map((command) => command.name());
  expect(commands).toContain(service.command[0]);
  const environment = Object.fromEntries(
    Object.entries(service.environment).map(([name, value]) => [name, filled(String(value))]),
  );
  const config = loadConfig({ environment });
  expect(config.databaseUrl).toMatch(/^postgres:\/\/sweepline:secret@postgres:5432\/sweepline$/);
  // Every container is asked at the port it answers on; `serve` by the image.
  const port = service.command[0] === "serve" ? config.port : config.workerPort;
  const health = service.healthcheck?.test.join(" ") ?? lines("HEALTHCHECK").join(" ");
  expect(health).toContain(`127.0.0.1:${port}/health/live`);
});

it("keeps what has to last in volumes that are declared, and no secret in the file", () => {
  const named = Object.values(compose.services).flatMap(({ volumes = [] }) =>
    volumes.map((volume) => volume.split(":")[0]!),
  );
  expect(named.sort()).toEqual(Object.keys(compose.volumes).sort());
  expect(read("compose.yaml")).not.toMatch(/PASSWORD: [^$]/);
});

it("builds the image of what exists, with the Node of the tests, for a user who is not root", () => {
  const { devDependencies } = JSON.parse(read("package.json"));
  const from = `node:${devDependencies.node}-slim`;
  expect(lines("FROM")).toEqual([`${from} AS build`, from]);
  expect(lines("USER")).toEqual(["node"]);
  const copied = lines("COPY")
    .filter((copy) => !copy.startsWith("--from"))
    .flatMap((copy) => copy.split(" ").slice(0, -1));
  expect(copied.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  const kept = read(".dockerignore").split("\n");
  expect(copied.filter((path) => !kept.includes(`!${path}`))).toEqual([]);
  expect(lines("ENTRYPOINT")).toEqual(['["node", "scripts/sweepline.mjs"]']);
});
