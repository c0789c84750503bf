import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { buildSchema, parse, validate } from "graphql";
import { describe, expect, it } from "vitest";
import { parse as parseYaml } from "yaml";
import { createProgram } from "../../src/cli/program.ts";
import { parseRunRequest } from "../../src/plan/parse-request.ts";
import {
  anchorsOf,
  codeBlocks,
  graphqlDocuments,
  localLinks,
  namedPaths,
  npmCommands,
  readPages,
} from "./markdown.ts";
import { ROOT } from "./source-files.ts";

const pages = readPages();
const pageAt = new Map(pages.map((page) => [page.path, page]));

describe("documentation", () => {
  it("is found: pages, links, paths, GraphQL and presets", () => {
    expect(pageAt.has("README.md") && pageAt.has("docs/API.md")).toBe(true);
    expect(pages.flatMap(localLinks).length).toBeGreaterThan(10);
    expect(pages.flatMap(namedPaths).length).toBeGreaterThan(50);
    expect(pages.flatMap(graphqlDocuments).length).toBeGreaterThan(10);
    expect(presets().length).toBeGreaterThan(0);
  });

  it.for(pages.map((page) => [page.path, page] as const))("%s links to what exists", ([, page]) => {
    const broken = localLinks(page).filter(({ target, anchor }) => {
      if (!existsSync(join(ROOT, target))) return true;
      const linked = pageAt.get(target);
      return anchor !== null && (linked === undefined || !anchorsOf(linked).includes(anchor));
    });
    expect(broken).toEqual([]);
  });

  it.for(pages.map((page) => [page.path, page] as const))("%s names what exists", ([, page]) => {
    const missing = namedPaths(page).filter((path) => globSync(path, { cwd: ROOT }).length === 0);
    expect(missing).toEqual([]);
  });

  it("shows GraphQL that fits the schema", () => {
    const schema = buildSchema(readFileSync(join(ROOT, "schema.graphql"), "utf8"));
    const faults = pages.flatMap((page) =>
      graphqlDocuments(page).flatMap((document) =>
        validate(schema, parse(document)).map(({ message }) => `${page.path}: ${message}`),
      ),
    );
    expect(faults).toEqual([]);
  });

  it("shows presets that are requests", () => {
    for (const preset of presets()) {
      expect(() => parseRunRequest(parseYaml(preset))).not.toThrow();
    }
  });

  it("shows npm scripts and commands that exist", () => {
    const file = readFileSync(join(ROOT, "package.json"), "utf8");
    const { scripts } = JSON.parse(file) as { scripts: Record<string, string> };
    const commands = createProgram().commands.map((command) => command.name());
    for (const { script, argument } of pages.flatMap(npmCommands)) {
      expect(Object.keys(scripts)).toContain(script);
      if (script !== "sweepline" || argument === null || argument.startsWith("-")) continue;
      expect(commands).toContain(argument);
    }
  });
});

/** YAML blocks that are whole requests, not settings. */
function presets(): string[] {
  return pages
    .flatMap((page) => codeBlocks(page, "yaml"))
    .filter((code) => /^dataset:/m.test(code));
}
