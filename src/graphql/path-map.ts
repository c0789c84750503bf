/** Pairs of a path in the canonical request and the path of the same thing in the GraphQL input. */
export type PathMap = readonly (readonly [canonical: string, graphql: string])[];

/**
 * The GraphQL path of a canonical one: the longest known beginning is replaced, the rest is kept.
 * `items.2` and `items[2]` are the same path; the answer has brackets.
 */
export function translatePath(path: string, map: PathMap): string {
  const segments = segmentsOf(path);
  let best: { length: number; graphql: string } = { length: -1, graphql: "" };
  for (const [canonical, graphql] of map) {
    const prefix = segmentsOf(canonical);
    const matches = prefix.every((segment, i) => segment === segments[i]);
    if (matches && prefix.length > best.length) best = { length: prefix.length, graphql };
  }
  const rest = segments.slice(Math.max(best.length, 0));
  return rest.reduce(append, best.graphql);
}

function segmentsOf(path: string): string[] {
  return path.split(/[.[\]]+/).filter((segment) => segment !== "");
}

function append(path: string, segment: string): string {
  if (/^\d+$/.test(segment)) return `${path}[${segment}]`;
  return path === "" ? segment : `${path}.${segment}`;
}
