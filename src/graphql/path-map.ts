/**
 * A path in the canonical request and that of the same thing in the GraphQL input; `inside` leads
 * on to what it contains.
 */
export interface PathPair {
  readonly canonical: string;
  readonly graphql: string;
  readonly inside?: string;
}

/**
 * The GraphQL path of a canonical one: the longest known beginning is replaced, the rest is kept.
 * `items.2` and `items[2]` are the same path; the answer has brackets.
 */
export function translatePath(path: string, pairs: readonly PathPair[]): string {
  const segments = segmentsOf(path);
  let known = 0;
  let best: PathPair = { canonical: "", graphql: "" };
  for (const pair of pairs) {
    const prefix = segmentsOf(pair.canonical);
    if (prefix.length < known || !prefix.every((segment, i) => segment === segments[i])) continue;
    known = prefix.length;
    best = pair;
  }
  const rest = segments.slice(known);
  const inside = rest.length === 0 ? [] : segmentsOf(best.inside ?? "");
  return [...inside, ...rest].reduce(append, best.graphql);
}

function segmentsOf(path: string): string[] {
  return path.split(/[.[\]]+/).filter((segment) => segment !== "");
}

function append(path: string, segment: string): string {
  if (/^\d+$/.test(segment)) return `${path}[${segment}]`;
  return path === "" ? segment : `${path}.${segment}`;
}
