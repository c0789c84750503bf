import { instantiateKernels, type KernelExports } from "./kernel-module.ts";

/** WebAssembly pages are 64 KiB. */
const PAGE_BYTES = 65_536;
/** Address space reserved for one scorer; pages cost memory only once they are written. */
const MAX_PAGES = 32_768;
/** Grows by so much at least, while there is room. */
const GROWTH_PAGES = 256;
/** The compiler keeps its constants below this offset. */
const FIRST_OFFSET = 4_096;
const ALIGNMENT = 64;

/** Room that is written before it is read need not be zeroed, and costs memory only where it is. */
export type Room = "zeroed" | "as it is";

/** The kernels of a thread want more than the thread may have. */
export class KernelMemoryExceeded extends Error {
  override readonly name = "KernelMemoryExceeded";
}

/**
 * Memory that the kernels of one thread work in: handed out front to back, never taken back one by
 * one. It is shared memory only because that kind never moves when it grows, so views stay valid.
 */
export class KernelMemory {
  /** Bytes of all memories of this thread, whoever uses them. */
  static totalBytes = 0;
  static #mostBytes = Number.POSITIVE_INFINITY;
  readonly memory: WebAssembly.Memory;
  #kernels: KernelExports | null = null;
  #end = FIRST_OFFSET;
  /** Bytes that an earlier owner may have written. */
  #used = FIRST_OFFSET;
  /** Each growth is a new buffer of the same memory, and views of all of them are in use. */
  readonly #buffers = new WeakSet<ArrayBufferLike>();

  constructor() {
    this.memory = new WebAssembly.Memory({ initial: 1, maximum: MAX_PAGES, shared: true });
    KernelMemory.totalBytes += PAGE_BYTES;
  }

  /** What all memories of this thread may have together. */
  static bound(bytes: number): void {
    KernelMemory.#mostBytes = bytes;
  }

  /** A memory that was given back, or a new one: pages once written stay with the process. */
  static take(): KernelMemory {
    return FREE.pop() ?? new KernelMemory();
  }

  /**
   * The kernels that work here. They stay with the memory: whoever has it says what they are to
   * work on before asking them anything.
   */
  get kernels(): KernelExports {
    this.#kernels ??= instantiateKernels(this.memory);
    return this.#kernels;
  }

  /** Views handed out before must not be used any more. */
  release(): void {
    this.#used = Math.max(this.#used, this.#end);
    this.#end = FIRST_OFFSET;
    FREE.push(this);
  }

  /** Bytes handed out so far. */
  get bytes(): number {
    return this.#end;
  }

  /** Whether a view lies in this memory, whenever it was handed out. */
  holds(view: ArrayBufferView): boolean {
    return this.#buffers.has(view.buffer);
  }

  float64(length: number, room: Room = "zeroed"): Float64Array {
    return new Float64Array(...this.#take(length, 8, room));
  }

  int32(length: number, room: Room = "zeroed"): Int32Array {
    return new Int32Array(...this.#take(length, 4, room));
  }

  uint8(length: number, room: Room = "zeroed"): Uint8Array {
    return new Uint8Array(...this.#take(length, 1, room));
  }

  /** Throws KernelMemoryExceeded over the thread's bound. */
  #grow(pages: number): void {
    const bytes = pages * PAGE_BYTES;
    if (KernelMemory.totalBytes + bytes > KernelMemory.#mostBytes) throw new KernelMemoryExceeded();
    this.memory.grow(pages);
    KernelMemory.totalBytes += bytes;
  }

  /** Throws where the reserved space is used up: the plan's memory budget is far below it. */
  #take(length: number, itemBytes: number, room: Room): [SharedArrayBuffer, number, number] {
    const offset = Math.ceil(this.#end / ALIGNMENT) * ALIGNMENT;
    this.#end = offset + length * itemBytes;
    const pages = Math.ceil(this.#end / PAGE_BYTES);
    const missing = pages - this.memory.buffer.byteLength / PAGE_BYTES;
    if (missing > 0) this.#grow(Math.max(missing, Math.min(GROWTH_PAGES, MAX_PAGES - pages)));
    if (room === "zeroed" && offset < this.#used) {
      // Eight bytes at a time: shared memory is written number by number.
      const end = Math.min(this.#end, this.#used);
      new Float64Array(this.memory.buffer, offset, Math.ceil((end - offset) / 8)).fill(0);
    }
    const buffer = this.memory.buffer as unknown as SharedArrayBuffer;
    this.#buffers.add(buffer);
    return [buffer, offset, length];
  }
}

/** Memories of this thread that nobody uses. */
const FREE: KernelMemory[] = [];
