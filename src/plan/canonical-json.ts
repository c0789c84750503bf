/**
 * JSON text that depends on the value only: keys sorted, no white space, numbers as ECMAScript
 * writes them. Source: RFC 8785 (JSON Canonicalization Scheme). Throws on what JSON cannot say
 * (NaN, infinities).
 */
export function canonicalJson(value: unknown): string {
  if (typeof value === "number" && !Number.isFinite(value))
    throw new Error(`${value} in canonical JSON`);
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`);
  return `{${members.join(",")}}`;
}
