/** Places in a WebAssembly module (https://webassembly.github.io/spec/core/binary). */

const HEADER_BYTES = 8;
const CODE_SECTION = 10;

export const OP = {
  unreachable: 0x00,
  block: 0x02,
  loop: 0x03,
  if: 0x04,
  end: 0x0b,
  branch: 0x0c,
  branchIf: 0x0d,
  branchTable: 0x0e,
  return: 0x0f,
} as const;

/** The type of a block that takes and leaves nothing. */
export const EMPTY_TYPE = 0x40;

/** Somebody reading a module. */
export interface WasmCursor {
  readonly bytes: Uint8Array;
  at: number;
}

/** The section of code, and the functions in it: where each one's size stands, and its body. */
export interface WasmCode {
  readonly from: number;
  readonly body: number;
  readonly to: number;
  readonly functions: readonly WasmFunction[];
}

export interface WasmFunction {
  readonly from: number;
  readonly body: number;
  readonly to: number;
}

/** Null where a module has no code. */
export function codeOf(bytes: Uint8Array): WasmCode | null {
  const cursor = { bytes, at: HEADER_BYTES };
  while (cursor.at < bytes.length) {
    const from = cursor.at;
    const id = bytes[cursor.at++];
    const size = readUnsigned(cursor);
    const body = cursor.at;
    if (id === CODE_SECTION) return { from, body, to: body + size, functions: functionsAt(cursor) };
    cursor.at = body + size;
  }
  return null;
}

function functionsAt(cursor: WasmCursor): WasmFunction[] {
  return Array.from({ length: readUnsigned(cursor) }, () => {
    const from = cursor.at;
    const size = readUnsigned(cursor);
    const body = cursor.at;
    cursor.at = body + size;
    return { from, body, to: cursor.at };
  });
}

/** Moves over the types of a function's variables, to its first instruction. */
export function skipVariables(cursor: WasmCursor): void {
  for (let groups = readUnsigned(cursor); groups > 0; groups--) {
    readUnsigned(cursor);
    cursor.at++;
  }
}

/**
 * Moves over an instruction and returns its opcode, or null where that is none of the first version
 * of WebAssembly, of sign extension or of bulk memory.
 */
export function skipInstruction(cursor: WasmCursor): number | null {
  const op = cursor.bytes[cursor.at++];
  if (op >= 0x45 && op <= 0xc4) return op;
  if (op >= 0x28 && op <= 0x3e) return skipNumbers(cursor, 2, op);
  if (op >= 0x20 && op <= 0x24) return skipNumbers(cursor, 1, op);
  switch (op) {
    case 0x00: // unreachable
    case 0x01: // nop
    case 0x05: // else
    case 0x0b: // end
    case 0x0f: // return
    case 0x1a: // drop
    case 0x1b: // select
      return op;
    case 0x02: // block, loop, if: a type, or the number of one
    case 0x03:
    case 0x04:
    case 0x0c: // br, br_if, call; memory.size, memory.grow; i32.const, i64.const
    case 0x0d:
    case 0x10:
    case 0x3f:
    case 0x40:
    case 0x41:
    case 0x42:
      return skipNumbers(cursor, 1, op);
    case 0x0e: // br_table
      return skipNumbers(cursor, readUnsigned(cursor) + 1, op);
    case 0x11: // call_indirect
      return skipNumbers(cursor, 2, op);
    case 0x43: // f32.const
      cursor.at += 4;
      return op;
    case 0x44: // f64.const
      cursor.at += 8;
      return op;
    case 0xfc:
      return skipPrefixed(cursor);
    default:
      return null;
  }
}

/** Conversions that saturate; memory.init, data.drop, memory.copy, memory.fill. */
function skipPrefixed(cursor: WasmCursor): number | null {
  const op = readUnsigned(cursor);
  const immediates = op <= 7 ? 0 : [2, 1, 2, 1][op - 8];
  return immediates === undefined ? null : skipNumbers(cursor, immediates, 0xfc);
}

function skipNumbers(cursor: WasmCursor, count: number, op: number): number {
  for (let left = count; left > 0; left--) {
    while (cursor.bytes[cursor.at++] & 0x80) {}
  }
  return op;
}

/** An unsigned number in LEB128. */
export function readUnsigned(cursor: WasmCursor): number {
  let number = 0;
  for (let scale = 1; ; scale *= 128) {
    const byte = cursor.bytes[cursor.at++];
    number += (byte & 0x7f) * scale;
    if (byte < 0x80) return number;
  }
}

export function writeUnsigned(number: number, out: number[]): void {
  let rest = number;
  for (; rest >= 0x80; rest = Math.floor(rest / 128)) out.push((rest & 0x7f) | 0x80);
  out.push(rest);
}
