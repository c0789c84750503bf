import { describe, expect, it } from "vitest";
import { type SourceFile, sourceFiles } from "./source-files.ts";

const MAX_FILE_LINES = 400;
const MAX_LINE_LENGTH = 100;

const src = sourceFiles("src/**/*.ts");
const core = src.filter((file) => file.path.startsWith("src/core/"));
const tests = sourceFiles("test/**/*.ts");
const code = [...src, ...tests, ...sourceFiles("*.ts", "scripts/**/*.{ts,mjs}", "bench/**/*.ts")];
const written = [
  ...code,
  ...sourceFiles("*.{md,json}", "docs/**/*.md", "configs/**/*.yaml", "notebooks/**/*.{ipynb,ts}"),
].filter((file) => file.path !== "package-lock.json");
/** This folder names what it bans. */
const judged = (file: SourceFile) => !file.path.startsWith("test/tidy/");

/** `path:line` of every line that matches. */
function places(files: readonly SourceFile[], pattern: RegExp): string[] {
  return files
    .filter(judged)
    .flatMap((file) =>
      file.lines.flatMap((line, i) => (pattern.test(line) ? [`${file.path}:${i + 1}`] : [])),
    );
}

describe("source text", () => {
  it(`keeps files within ${MAX_FILE_LINES} lines`, () => {
    const long = code.filter((file) => file.lines.length - 1 > MAX_FILE_LINES);
    expect(long.map((file) => `${file.path}: ${file.lines.length - 1}`)).toEqual([]);
  });

  it(`keeps lines within ${MAX_LINE_LENGTH} characters`, () => {
    expect(places(code, new RegExp(`^.{${MAX_LINE_LENGTH + 1},}$`, "u"))).toEqual([]);
  });

  it("keeps core pure: no clock, no chance, no console, no process", () => {
    const impure =
      /\bMath\.random\b|\bDate\.now\b|\bnew Date\(\)|\bperformance\.|\bconsole\.|\bprocess\.|\bcrypto\./;
    expect(places(core, impure)).toEqual([]);
    expect(places(core, /["']node:/)).toEqual([]);
  });

  it("reads the environment in config.ts alone", () => {
    const others = src.filter((file) => file.path !== "src/config.ts");
    expect(places(others, /\bprocess\.env\b|\bimport\.meta\.env\b/)).toEqual([]);
  });

  it("leaves nothing half-done", () => {
    expect(places(code, /\b(?:TODO|FIXME|XXX|HACK)\b/)).toEqual([]);
    expect(places(code, /@ts-(?:ignore|nocheck)|@ts-expect-error\s*$/)).toEqual([]);
    expect(places(code, /biome-ignore[^:]*$|biome-ignore[^:]*:\s*$/)).toEqual([]);
  });

  it("names no path of one machine", () => {
    expect(places(written, /(?:^|[\s"'`(=:])\/(?:work|tmp|home|root|Users|mnt)\//)).toEqual([]);
  });

  it("keeps fixtures outside the project out of src", () => {
    expect(places(src, /\.\.\/shared\b|\bshared\/(?:golden|data|design)/)).toEqual([]);
  });

  it("skips a test only with its reason, and focuses none", () => {
    expect(places(tests, /\b(?:it|test|describe|suite)\.only\b|\bfdescribe\b|\bfit\(/)).toEqual([]);
    expect(places(tests, /\b(?:it|test|describe)\.(?:skip|todo)\(|\bx(?:it|describe)\(/)).toEqual(
      [],
    );
    expect(places(tests, /\b(?:ctx|context)\.skip\(\s*\)/)).toEqual([]);
  });

  it("names files for what is in them", () => {
    const vague = /(?:^|[-/])(?:utils?|helpers?|manager|misc|common|new|old|v\d+)(?:[-.]|\/)/;
    expect(code.map((file) => file.path).filter((path) => vague.test(path))).toEqual([]);
  });

  it("pins what it depends on", () => {
    const manifest = JSON.parse(written.find((f) => f.path === "package.json")!.text);
    const versions = { ...manifest.dependencies, ...manifest.devDependencies };
    const isPinned = (version: string) => /^(?:\d+\.\d+\.\d+\S*|file:\.)$/.test(version);
    expect(Object.entries<string>(versions).filter(([, v]) => !isPinned(v))).toEqual([]);
    // A lockfile that names hosts works only where those answer.
    const [lock] = sourceFiles("package-lock.json");
    expect(lock.text).not.toMatch(/"resolved": "[^"]*:/);
  });
});
