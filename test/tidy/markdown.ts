import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ROOT } from "./source-files.ts";

/** The documentation of the project, and what a reader may take from it and use. */

export interface Page {
  /** Relative to the project, such as `docs/API.md`. */
  readonly path: string;
  readonly text: string;
}

/** README.md and everything in docs, in order of their paths. */
export function readPages(): Page[] {
  return ["README.md", ...globSync("docs/**/*.md", { cwd: ROOT })]
    .sort()
    .map((path) => ({ path, text: readFileSync(join(ROOT, path), "utf8") }));
}

/** Fenced blocks of one language. */
export function codeBlocks({ text }: Page, language: string): string[] {
  return [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)]
    .filter(([, found]) => found === language)
    .map(([, , code]) => code);
}

/** Targets of links inside the project, as paths of the project with their anchor, if any. */
export function localLinks({ path, text }: Page): { target: string; anchor: string | null }[] {
  return [...withoutBlocks(text).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link]) => link)
    .filter((link) => !/^[a-z]+:/.test(link))
    .map((link) => {
      const [file, anchor] = link.split("#");
      const target = file === "" ? path : join(dirname(path), file);
      return { target, anchor: anchor ?? null };
    });
}

/** Paths of the project that a page names in code font; some are patterns. */
export function namedPaths({ text }: Page): string[] {
  const rooms = "src|test|docs|scripts|configs|notebooks|drizzle|bench";
  const path = new RegExp(`\`((?:${rooms})(?:/[\\w.*-]+)*)/?\``, "g");
  return [...withoutBlocks(text).matchAll(path)].map(([, named]) => named);
}

/** Anchors of a page's headings, as common viewers of Markdown make them. */
export function anchorsOf({ text }: Page): string[] {
  return [...withoutBlocks(text).matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

/** GraphQL of a page: its own blocks, what curl sends, and what scripts have in a template. */
export function graphqlDocuments(page: Page): string[] {
  const sent = codeBlocks(page, "sh")
    .flatMap((code) => [...code.matchAll(/-d '([^']*)'/g)])
    .map(([, body]) => (JSON.parse(body) as { query: string }).query);
  const scripted = codeBlocks(page, "js")
    .flatMap((code) => [...code.matchAll(/query = `([^`]*)`/g)])
    .map(([, query]) => query);
  return [...codeBlocks(page, "graphql"), ...sent, ...scripted];
}

/** npm scripts that a page starts, each with its first argument. */
export function npmCommands(page: Page): { script: string; argument: string | null }[] {
  const line = /npm run ([\w:]+)(?: -- ([\w.<-]+))?/g;
  return [...page.text.matchAll(line)].map(([, script, argument]) => ({
    script,
    argument: argument ?? null,
  }));
}

function withoutBlocks(text: string): string {
  return text.replace(/^```[\s\S]*?^```$/gm, "");
}
