import { complaint, UserError } from "../core/user-error.ts";

const PIECE_BYTES = 1 << 16;
/** A header line longer than this is no header. */
const MAX_HEAD_BYTES = 16_384;
/** What people upload by mistake, told by its first bytes. */
const SIGNATURES = [
  { bytes: [0x1f, 0x8b], kind: "a gzip file" },
  { bytes: [0x50, 0x4b, 0x03, 0x04], kind: "a zip file" },
  { bytes: [0xff, 0xfe], kind: "UTF-16 text" },
  { bytes: [0xfe, 0xff], kind: "UTF-16 text" },
] as const;

/**
 * Bytes in memory as the pieces a stream would deliver, so that parsing yields to the event loop.
 */
export async function* byteStream(
  input: Uint8Array | AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  if (!(input instanceof Uint8Array)) {
    yield* input;
    return;
  }
  for (let from = 0; from < input.length; from += PIECE_BYTES) {
    yield input.subarray(from, from + PIECE_BYTES);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/**
 * Reads until the first line that is not blank is complete. `chunks` delivers the whole input
 * again, the part read included, and stops with a UserError at the first byte that no text has.
 */
export async function readHead(
  stream: AsyncGenerator<Uint8Array>,
): Promise<{ firstLine: string; chunks: AsyncGenerator<Uint8Array> }> {
  const held: Uint8Array[] = [];
  const decoder = new TextDecoder();
  let text = "";
  let ended = false;
  while (!ended && !hasFullLine(text) && text.length < MAX_HEAD_BYTES) {
    const next = await stream.next();
    ended = next.done === true;
    if (next.done) break;
    requireText(next.value, held.length === 0);
    held.push(next.value);
    text += decoder.decode(next.value.subarray(0, MAX_HEAD_BYTES), { stream: true });
  }
  const firstLine = firstFilledLine(text);
  if (firstLine === undefined) {
    throw new UserError("VALIDATION", complaint("input", "the input is empty", 0, "a header row"));
  }
  return { firstLine, chunks: replay(held, stream) };
}

async function* replay(
  held: readonly Uint8Array[],
  rest: AsyncGenerator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  yield* held;
  for await (const chunk of rest) {
    requireText(chunk, false);
    yield chunk;
  }
}

function lines(text: string): string[] {
  return text.split(/\r\n|\n|\r/);
}

function firstFilledLine(text: string): string | undefined {
  return lines(text).find((line) => line.trim() !== "");
}

/** Whether a line break follows the first filled line. */
function hasFullLine(text: string): boolean {
  const all = lines(text);
  const at = all.findIndex((line) => line.trim() !== "");
  return at !== -1 && at < all.length - 1;
}

function requireText(chunk: Uint8Array, first: boolean): void {
  const signature = first ? SIGNATURES.find((s) => startsWith(chunk, s.bytes)) : undefined;
  const kind = signature?.kind ?? (chunk.includes(0) ? "binary data" : null);
  if (kind === null) return;
  throw new UserError("VALIDATION", complaint("input", `this is ${kind}`, undefined, "UTF-8 text"));
}

function startsWith(chunk: Uint8Array, bytes: readonly number[]): boolean {
  return bytes.every((byte, at) => chunk[at] === byte);
}
