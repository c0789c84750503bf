/** Bytes `[from, to)` of a whole. */
export interface ByteRange {
  readonly from: number;
  readonly to: number;
}

/**
 * The range a header asks for (RFC 9110, section 14): null where there is none to be obeyed, for a
 * header that is faulty or asks for several is answered with the whole; "UNSATISFIABLE" beyond the
 * end.
 */
export function byteRange(
  header: string | undefined,
  size: number,
): ByteRange | "UNSATISFIABLE" | null {
  const [, first, last] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? "") ?? [];
  if (first === undefined || last === undefined || first + last === "") return null;
  if (first === "") {
    const length = Math.min(size, Number(last));
    return length === 0 ? "UNSATISFIABLE" : { from: size - length, to: size };
  }
  const [from, end] = [Number(first), last === "" ? Number.POSITIVE_INFINITY : Number(last) + 1];
  if (end <= from) return null;
  return from >= size ? "UNSATISFIABLE" : { from, to: Math.min(size, end) };
}

/** The bytes of a stream that are in the range; it is read no further than that. */
export async function* bytesWithin(
  stream: AsyncIterable<Uint8Array>,
  { from, to }: ByteRange,
): AsyncGenerator<Uint8Array> {
  let at = 0;
  for await (const block of stream) {
    const [begin, end] = [Math.max(from, at) - at, Math.min(to, at + block.length) - at];
    if (end > begin) yield block.subarray(begin, end);
    at += block.length;
    if (at >= to) return;
  }
}
