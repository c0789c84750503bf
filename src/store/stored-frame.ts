const MAGIC = [0x28, 0xb5, 0x2f, 0xfd];
/** The header of a block, before its content: size times eight, twice its kind, and the last. */
const BLOCK_HEADER_BYTES = 3;
/** Kind 0: bytes as they are. */
const RAW_KIND = 0;
/** Of all kinds; the window, which is the content's size, allows no more than this either. */
const MOST_BLOCK_BYTES = 2 ** 17;

/** How a frame says the size of its content, which is its window as well. */
interface SizeForm {
  readonly descriptor: number;
  readonly sizeBytes: 1 | 2 | 4;
  /** What the size is counted from. */
  readonly least: number;
  readonly most: number;
}

const FORMS: readonly SizeForm[] = [
  { descriptor: 0x20, sizeBytes: 1, least: 0, most: 255 },
  { descriptor: 0x60, sizeBytes: 2, least: 256, most: 65_791 },
  { descriptor: 0xa0, sizeBytes: 4, least: 0, most: 2 ** 32 - 1 },
];

function formOf(bytes: number): SizeForm {
  const form = FORMS.find(({ most }) => bytes <= most);
  if (form === undefined) throw new Error(`${bytes} bytes are too many for a frame`);
  return form;
}

/** Blocks of so much content; none at all has an empty one. */
function blocksOf(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / MOST_BLOCK_BYTES));
}

/** Bytes of the frame that stores so many. */
export function storedFrameBytes(bytes: number): number {
  const head = MAGIC.length + 1 + formOf(bytes).sizeBytes;
  return head + blocksOf(bytes) * BLOCK_HEADER_BYTES + bytes;
}

/**
 * Writes a frame of Zstandard (RFC 8878) with these bytes as they are: any decompressor reads it,
 * and nobody needs one. Numbers that hardly compress cost a compressor more than they do a disk.
 */
export function writeStoredFrame(target: Buffer, begin: number, bytes: Uint8Array): void {
  const { descriptor, sizeBytes, least } = formOf(bytes.byteLength);
  target.set([...MAGIC, descriptor], begin);
  let at = begin + MAGIC.length + 1;
  at = target.writeUIntLE(bytes.byteLength - least, at, sizeBytes);
  const blocks = blocksOf(bytes.byteLength);
  for (let b = 0; b < blocks; b++) {
    const content = bytes.subarray(b * MOST_BLOCK_BYTES, (b + 1) * MOST_BLOCK_BYTES);
    const isLast = b === blocks - 1 ? 1 : 0;
    at = target.writeUIntLE(content.byteLength * 8 + RAW_KIND * 2 + isLast, at, BLOCK_HEADER_BYTES);
    target.set(content, at);
    at += content.byteLength;
  }
}

/** The bytes of a stored frame, in memory of their own; null where it is any other. */
export function storedBytes(frame: Uint8Array): Uint8Array | null {
  const form = FORMS.find(({ descriptor }) => descriptor === frame[MAGIC.length]);
  if (form === undefined) return null;
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const blocks = rawBlocks(view, MAGIC.length + 1 + form.sizeBytes);
  if (blocks === null) return null;
  const bytes = new Uint8Array(blocks.reduce((sum, block) => sum + block.bytes, 0));
  let at = 0;
  for (const block of blocks) {
    bytes.set(frame.subarray(block.at, block.at + block.bytes), at);
    at += block.bytes;
  }
  return bytes;
}

/** Where the blocks of a frame are, the first one at `begin`; null where any is not raw. */
function rawBlocks(frame: DataView, begin: number): { at: number; bytes: number }[] | null {
  const blocks: { at: number; bytes: number }[] = [];
  for (let at = begin, isLast = false; !isLast; ) {
    if (at + BLOCK_HEADER_BYTES > frame.byteLength) return null;
    const header = frame.getUint16(at, true) + frame.getUint8(at + 2) * 2 ** 16;
    const bytes = header >>> 3;
    isLast = (header & 1) === 1;
    at += BLOCK_HEADER_BYTES;
    if (((header >>> 1) & 3) !== RAW_KIND || at + bytes > frame.byteLength) return null;
    blocks.push({ at, bytes });
    at += bytes;
  }
  return blocks;
}
