import {
  codeOf,
  EMPTY_TYPE,
  OP,
  readUnsigned,
  skipInstruction,
  skipVariables,
  type WasmCursor,
  type WasmFunction,
  writeUnsigned,
} from "./wasm-code.ts";

type Bytes = Uint8Array<ArrayBuffer>;

export interface SplitOptions {
  /** Branches to the end of one block from which on they are split. */
  readonly crowd: number;
  /** Nested blocks whose branches meet by themselves first, about. */
  readonly group: number;
}

/** Functions of fewer bytes a branch of a crowd are not looked at. */
const BYTES_A_BRANCH = 8;
const VOID_BLOCK_BYTES = 2;
/** After these the next instruction is reached by branches only. */
const LEAVING: ReadonlySet<number> = new Set([
  OP.unreachable,
  OP.branch,
  OP.branchTable,
  OP.return,
]);

interface Label {
  /** Where its block begins. */
  readonly at: number;
  /** Branches to its end. */
  branches: number;
  /** Whether its last instruction leaves, so that nothing falls through its end. */
  leaves: boolean;
}

/**
 * A module that does the same, in which no more than some of a crowd of branches meet in one place.
 *
 * V8's optimising compiler notes at a place where n branches meet every value that any of them
 * computed, n times each. A parser made by bison leaves thousands of nested blocks for the end of
 * one around them: PostgreSQL's has 2,033 such branches and takes 600 MB and seconds of a core.
 * Here the branches of some blocks that follow one another meet at the end of a block of their own,
 * from where one branch goes on: 23 MB.
 *
 * What is not understood stays as it is.
 */
export function splitMerges(bytes: Bytes, options: SplitOptions): Bytes {
  const code = codeOf(bytes);
  if (code === null) return bytes;
  const parts: Uint8Array[] = [];
  let done = code.body;
  for (const one of code.functions) {
    if (one.to - one.body < options.crowd * BYTES_A_BRANCH) continue;
    const split = splitFunction(bytes, one, options);
    if (split === null) continue;
    parts.push(bytes.subarray(done, one.from), sized(split));
    done = one.to;
  }
  if (parts.length === 0) return bytes;
  parts.push(bytes.subarray(done, code.to));
  const body = Buffer.concat(parts);
  const head = bytes.subarray(0, code.from + 1);
  return Buffer.concat([head, sized(body), bytes.subarray(code.to)]);
}

function sized(body: Uint8Array): Bytes {
  const size: number[] = [];
  writeUnsigned(body.length, size);
  return Buffer.concat([Uint8Array.from(size), body]);
}

/** The body of a function whose branches are split, or null where there is nothing to split. */
function splitFunction(
  bytes: Uint8Array,
  { body, to }: WasmFunction,
  { crowd, group }: SplitOptions,
): Uint8Array | null {
  const cursor = { bytes, at: body };
  skipVariables(cursor);
  const begin = cursor.at;
  const labels = labelsFrom(cursor);
  if (labels === null || cursor.at !== to) return null;
  const target = [...labels.values()].reduce((most, one) =>
    one.branches > most.branches ? one : most,
  );
  if (target.branches < crowd || bytes[target.at + 1] !== EMPTY_TYPE) return null;
  const groups = groupsWithin(bytes, target, labels, group);
  const split = new Rewriter({ bytes, at: begin }, target.at, groups).write();
  return Buffer.concat([bytes.subarray(body, begin), Uint8Array.from(split)]);
}

/** The labels of a function by where they begin, itself at -1; null for what is not understood. */
function labelsFrom(cursor: WasmCursor): Map<number, Label> | null {
  const open: Label[] = [{ at: -1, branches: 0, leaves: false }];
  const labels = new Map([[-1, open[0]]]);
  let last: number | null = null;
  while (open.length > 0) {
    const { at } = cursor;
    const op = skipInstruction(cursor);
    if (op === null) return null;
    if (op === OP.end) open.pop()!.leaves = last !== null && LEAVING.has(last);
    else if (op === OP.block || op === OP.loop || op === OP.if) {
      const label = { at, branches: 0, leaves: false };
      labels.set(at, label);
      open.push(label);
    } else if (op === OP.branch || op === OP.branchIf) {
      const depth = readUnsigned({ bytes: cursor.bytes, at: at + 1 });
      const label = open[open.length - 1 - depth];
      // Branches to a loop go to its beginning.
      if (cursor.bytes[label.at] === OP.block) label.branches++;
    }
    last = op;
  }
  return labels;
}

/**
 * Where blocks begin that get one for a group within them: of those that are nested one right in
 * the other from the target on, every so many, where nothing falls through the end.
 */
function groupsWithin(
  bytes: Uint8Array,
  target: Label,
  labels: ReadonlyMap<number, Label>,
  group: number,
): Set<number> {
  const groups = new Set<number>();
  let since = 0;
  let at = target.at + VOID_BLOCK_BYTES;
  for (; bytes[at] === OP.block && bytes[at + 1] === EMPTY_TYPE; at += VOID_BLOCK_BYTES) {
    since++;
    if (since < group || !labels.get(at)!.leaves) continue;
    groups.add(at);
    since = 0;
  }
  return groups;
}

/** Writes a function anew, with blocks for groups and branches that are counted through them. */
class Rewriter {
  readonly #cursor: WasmCursor;
  readonly #target: number;
  readonly #groups: ReadonlySet<number>;
  readonly #out: number[] = [];
  /** What is open, by what opened it. */
  readonly #open: ("other" | "target" | "group")[] = ["other"];

  constructor(cursor: WasmCursor, target: number, groups: ReadonlySet<number>) {
    this.#cursor = cursor;
    this.#target = target;
    this.#groups = groups;
  }

  write(): number[] {
    while (this.#open.length > 0) {
      const { at } = this.#cursor;
      const op = skipInstruction(this.#cursor)!;
      if (op === OP.end) this.#end();
      else if (op === OP.branch || op === OP.branchIf) this.#branch(at, 1);
      else if (op === OP.branchTable) {
        const table = { bytes: this.#cursor.bytes, at: at + 1 };
        this.#branch(at, readUnsigned(table) + 1, table.at);
      } else {
        this.#copy(at, this.#cursor.at);
        if (op === OP.block || op === OP.loop || op === OP.if) this.#begin(at);
      }
    }
    return this.#out;
  }

  #copy(from: number, to: number): void {
    for (let at = from; at < to; at++) this.#out.push(this.#cursor.bytes[at]);
  }

  #begin(at: number): void {
    this.#open.push(at === this.#target ? "target" : "other");
    if (!this.#groups.has(at)) return;
    this.#out.push(OP.block, EMPTY_TYPE);
    this.#open.push("group");
  }

  /** Behind the end of a group is nothing but the branch that all of it take. */
  #end(): void {
    if (this.#open.at(-1) === "group") {
      this.#open.pop();
      this.#out.push(OP.end, OP.branch);
      writeUnsigned(this.#depthOf(this.#open.lastIndexOf("target")), this.#out);
    }
    this.#open.pop();
    this.#out.push(OP.end);
  }

  /** A branch, or a table of them, whose depths begin at `from`. */
  #branch(at: number, count: number, from = at + 1): void {
    this.#copy(at, from);
    const depths = { bytes: this.#cursor.bytes, at: from };
    for (let left = count; left > 0; left--) {
      writeUnsigned(this.#depthOf(this.#goalOf(readUnsigned(depths))), this.#out);
    }
  }

  /** What a branch goes to that went out of so many blocks before; the group's for the target's. */
  #goalOf(depth: number): number {
    let goal = this.#open.length - 1;
    for (let left = depth; ; goal--) {
      if (this.#open[goal] === "group") continue;
      if (left === 0) break;
      left--;
    }
    if (this.#open[goal] !== "target") return goal;
    return Math.max(goal, this.#open.lastIndexOf("group"));
  }

  #depthOf(place: number): number {
    return this.#open.length - 1 - place;
  }
}
