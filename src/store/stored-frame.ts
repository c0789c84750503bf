const MAGIC = [0x28, 0xb5, 0x2f, 0xfd];
/** The header of the one block, before the content: size times eight, kind 0, and the last. */
const BLOCK_HEADER_BYTES = 3;
const LAST_RAW = 1;

/** How a frame says the size of its content, which is its window as well. */
interface SizeForm {
  readonly descriptor: number;
  readonly sizeBytes: number;
  /** What the size is counted from. */
  readonly least: number;
}

const SHORT: SizeForm = { descriptor: 0x20, sizeBytes: 1, least: 0 };
const LONG: SizeForm = { descriptor: 0x60, sizeBytes: 2, least: 256 };

/** Bytes before the content. */
function headBytes({ sizeBytes }: SizeForm): number {
  return MAGIC.length + 1 + sizeBytes + BLOCK_HEADER_BYTES;
}

/**
 * A frame of Zstandard (RFC 8878) with at most 65,791 bytes as they are: any decompressor reads it,
 * and nobody needs one. What is stored of a short chunk hardly compresses, and a compressor costs
 * more than it.
 */
export function storedFrame(bytes: Uint8Array): Buffer {
  const form = bytes.byteLength < LONG.least ? SHORT : LONG;
  const at = headBytes(form);
  const frame = Buffer.allocUnsafeSlow(at + bytes.byteLength);
  frame.set([...MAGIC, form.descriptor]);
  frame.writeUIntLE(bytes.byteLength - form.least, MAGIC.length + 1, form.sizeBytes);
  frame.writeUIntLE(bytes.byteLength * 8 + LAST_RAW, at - BLOCK_HEADER_BYTES, BLOCK_HEADER_BYTES);
  frame.set(bytes, at);
  return frame;
}

/** The bytes of a stored frame; null where it is any other. */
export function storedBytes(frame: Uint8Array): Uint8Array | null {
  const descriptor = frame[MAGIC.length];
  const form = [SHORT, LONG].find((one) => one.descriptor === descriptor);
  if (form === undefined) return null;
  const at = headBytes(form);
  const [low, middle, high] = frame.subarray(at - BLOCK_HEADER_BYTES, at);
  const header = low! + middle! * 2 ** 8 + high! * 2 ** 16;
  return header === (frame.byteLength - at) * 8 + LAST_RAW ? frame.subarray(at) : null;
}
