import { describe, expect, it } from "vitest";
import { ENTRY_POINTS, LAYERS, type Room, roomOf } from "./layers.ts";
import { importsOf, type SourceFile, sourceFiles } from "./source-files.ts";

const files = sourceFiles("src/**/*.ts");

describe("layers", () => {
  it("finds the source", () => {
    expect(files.length).toBeGreaterThan(20);
    expect(files.flatMap(importsOf).length).toBeGreaterThan(files.length);
  });

  it("gives every file a room of the table", () => {
    expect(files.filter((file) => !(roomOf(file.path) in LAYERS)).map((f) => f.path)).toEqual([]);
  });

  it("lets each room import only what its line of the table allows", () => {
    expect(files.flatMap(forbiddenImports)).toEqual([]);
  });

  it("leaves no file that nothing reaches", () => {
    expect(unreachable(files, ENTRY_POINTS)).toEqual([]);
  });

  it("loads no service for a command that opens none, and no server for one that serves nothing", () => {
    const command = loaded("src/cli/main.ts");
    expect(command).toContain("src/config.ts");
    expect(command).not.toContain("src/app.ts");
    const app = loaded("src/app.ts");
    expect(app).toContain("src/pool/pool.ts");
    expect(app.filter((path) => /^src\/(graphql|server\/start)/.test(path))).toEqual([]);
  });

  it("sees the violations it is there for", () => {
    const text = [
      'import { readFileSync } from "node:fs";',
      'import type {\n  Store,\n} from "../../store/store.ts";',
      'export * from "../../pool/pool.ts";',
      'const later = await import("pg-boss");',
      'new Worker(new URL("../../pool/worker.ts", import.meta.url));',
      'import { barCount } from "../series/candles.ts";',
    ].join("\n");
    expect(forbiddenImports({ path: "src/core/grid/axis.ts", text, lines: [] })).toEqual(
      [
        "src/core/grid/axis.ts imports node:fs",
        "src/core/grid/axis.ts imports src/store/store.ts",
        "src/core/grid/axis.ts imports src/pool/pool.ts",
        "src/core/grid/axis.ts imports pg-boss",
        "src/core/grid/axis.ts imports src/pool/worker.ts",
      ].sort(),
    );
    const lonely = { path: "src/core/lonely.ts", text: "", lines: [] };
    expect(unreachable([...files, lonely], ENTRY_POINTS)).toContain("src/core/lonely.ts");
  });
});

/** What Node reads before the first line of a file is run. */
function loaded(entry: string): string[] {
  const before = files.map((file) => ({ ...file, text: withoutLater(file.text) }));
  const missed = new Set(unreachable(before, [entry]));
  return files.map((file) => file.path).filter((path) => !missed.has(path));
}

function withoutLater(text: string): string {
  return text
    .replaceAll(/^\s*(?:import|export) type\b[^;]*;/gm, "")
    .replaceAll(/\bimport\(|\bnew URL\(/g, "");
}

function forbiddenImports(file: SourceFile): string[] {
  const room = LAYERS[roomOf(file.path)];
  if (room === undefined) return [];
  return importsOf(file)
    .filter((name) => !mayImport(file.path, room, name))
    .map((name) => `${file.path} imports ${name}`)
    .sort();
}

function mayImport(from: string, room: Room, name: string): boolean {
  if (!name.startsWith("src/")) return room.packages.some((allowed) => covers(allowed, name));
  const other = roomOf(name);
  if (other === roomOf(from) || room.rooms.includes("*")) return true;
  return room.rooms.includes(other) || room.rooms.includes(name.slice("src/".length));
}

/** `drizzle-orm` covers `drizzle-orm/pglite`; `@pothos/*` and `node:*` cover what starts so. */
function covers(allowed: string, name: string): boolean {
  if (allowed.endsWith("*")) return name.startsWith(allowed.slice(0, -1));
  return name === allowed || name.startsWith(`${allowed}/`);
}

function unreachable(all: readonly SourceFile[], entries: readonly string[]): string[] {
  const byPath = new Map(all.map((file) => [file.path, file]));
  const reached = new Set<string>();
  const waiting: string[] = [...entries];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    const file = byPath.get(path);
    if (file === undefined || reached.has(path)) continue;
    reached.add(path);
    waiting.push(...importsOf(file));
  }
  return all.map((file) => file.path).filter((path) => !reached.has(path));
}
