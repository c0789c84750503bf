import { globSync, readFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";

export const ROOT = join(import.meta.dirname, "../..");

export interface SourceFile {
  /** Relative to the project, with forward slashes. */
  readonly path: string;
  readonly text: string;
  readonly lines: readonly string[];
}

/** Files of the project by glob patterns, in path order. */
export function sourceFiles(...patterns: string[]): SourceFile[] {
  const exclude = ["node_modules/**", "drizzle/**", "**/.sweepline/**", "src/kernels/assembly/**"];
  return globSync(patterns, { cwd: ROOT, exclude })
    .map((path) => path.replaceAll("\\", "/"))
    .sort()
    .map((path) => {
      const text = readFileSync(join(ROOT, path), "utf8");
      return { path, text, lines: text.split("\n") };
    });
}

const IMPORTS = [
  /^\s*(?:import|export)\b[^"'`;]*?\bfrom\s*["']([^"']+)["']/gm,
  /^\s*import\s*["']([^"']+)["']/gm,
  /\bimport\(\s*["']([^"']+)["']\s*\)/g,
  /\bnew URL\(\s*["'](\.{1,2}\/[^"']+\.[mc]?[tj]s)["']\s*,\s*import\.meta\.url\s*\)/g,
];

/**
 * Everything a file imports, statically, dynamically or as a worker; relative paths are resolved.
 */
export function importsOf(file: Pick<SourceFile, "path" | "text">): string[] {
  const found = IMPORTS.flatMap((pattern) => [...file.text.matchAll(pattern)].map((m) => m[1]));
  return [...new Set(found)].map((name) =>
    name.startsWith(".") ? posix.join(dirname(file.path), name) : name,
  );
}
