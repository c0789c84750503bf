import { existsSync, readFileSync } from "node:fs";

/** The functions of assembly/index.ts. Pointers are byte offsets into the kernel memory. */
export interface KernelExports {
  compareToNumber(series: number, op: number, level: number, words: number, out: number): void;
  compareSeries(left: number, op: number, right: number, words: number, out: number): void;
  andPlanes(a: number, b: number, words: number, out: number): void;
  clearPlane(plane: number, other: number, words: number): void;
  orPlanes(a: number, b: number, words: number, out: number): void;
  notPlane(plane: number, bars: number, words: number, out: number): void;
  latchPlane(set: number, reset: number, bars: number, words: number, out: number): void;
  tradesFromPlanes(
    longA: number,
    shortA: number,
    longB: number,
    shortB: number,
    bars: number,
    events: number,
    side: number,
    entry: number,
    exit: number,
    rules: number,
    close: number,
    factor: number,
  ): number;
  returnFromPlanes(
    longA: number,
    shortA: number,
    longB: number,
    shortB: number,
    bars: number,
    events: number,
    rules: number,
    close: number,
    startCash: number,
    ruin: number,
  ): number;
  setRisk(rules: number, close: number, fillShares: number, stops: number, targets: number): void;
  keepHits(room: number): void;
  cellTrades(
    count: number,
    side: number,
    entry: number,
    exit: number,
    factor: number,
    cellExit: number,
    cellFactor: number,
  ): void;
  setTable(
    trades: number,
    stops: number,
    targets: number,
    stopTable: number,
    targetTable: number,
    marks: boolean,
  ): void;
  setTableDays(
    close: number,
    bars: number,
    count: number,
    lastBar: number,
    dayOf: number,
    marks: number,
  ): void;
  fillTable(
    rules: number,
    first: number,
    count: number,
    side: number,
    entry: number,
    exit: number,
    factor: number,
  ): void;
  setAccounts(
    rules: number,
    tradewise: boolean,
    watched: boolean,
    trades: number,
    room: number,
  ): void;
  setDrawdown(rules: number, close: number, bars: number): void;
  setChanges(room: number, bytes: number): void;
  setRow(pairs: number, room: number, watched: number, bars: number, returns: number): void;
  openRow(isFlat: boolean): void;
  settleRow(
    stop: number,
    first: number,
    count: number,
    total: number,
    side: number,
    entry: number,
    exit: number,
  ): void;
  closeRow(squares: boolean): void;
  setCells(
    batch: number,
    stops: number,
    columns: number,
    cash: number,
    rows: number,
    rowOf: number,
  ): void;
  cellCash(
    rules: number,
    count: number,
    side: number,
    entry: number,
    exit: number,
    factor: number,
  ): void;
  splitChanges(series: number, bars: number, rises: number, falls: number): number;
  strengthRows(rises: number, falls: number, bars: number, lanes: number): void;
  countLevels(
    series: number,
    sign: number,
    strict: number,
    levels: number,
    count: number,
    bars: number,
    counts: number,
    changes: number,
    some: number,
  ): void;
  settlePanel(
    long: number,
    short: number,
    bars: number,
    rules: number,
    close: number,
    cash: number,
    stride: number,
    startCash: number,
    ruin: number,
  ): void;
  tileRoomBytes(): number;
  setTiles(
    room: number,
    rules: number,
    close: number,
    bars: number,
    watch: number,
    days: number,
    lastBar: number,
    returns: number,
  ): void;
  settleTile(
    longSide: number,
    shortSide: number,
    long: number,
    longLegs: number,
    short: number,
    shortLegs: number,
    rules: number,
    cash: number,
    out: number,
    stride: number,
  ): void;
  listLeaves(
    side: number,
    rules: number,
    bars: number,
    close: number,
    list: number,
    room: number,
    bytes: number,
  ): number;
  settleGated(
    long: number,
    short: number,
    longList: number,
    shortList: number,
    bars: number,
    room: number,
    rules: number,
    close: number,
    cash: number,
    startCash: number,
    ruin: number,
  ): number;
  makeKeys(
    rows: number,
    bars: number,
    values: number,
    keys: number,
    mid: number,
    scale: number,
  ): void;
  comparePair(
    keysA: number,
    keysB: number,
    a: number,
    b: number,
    words: number,
    above: number,
    below: number,
  ): void;
  compareRows(a: number, b: number, words: number, above: number, below: number): void;
  tickMeans(
    sums: number,
    before: number,
    window: number,
    scale: number,
    bars: number,
    out: number,
  ): void;
  padRows(rows: number, values: number, rowBytes: number, bars: number, end: number): void;
  rowKeys(
    rows: number,
    bars: number,
    values: number,
    rowBytes: number,
    keys: number,
    mid: number,
    scale: number,
    flat: number,
  ): void;
  setMean(means: number, row: number, window: number, scale: number): void;
  useMeans(
    means: number,
    values: number,
    rowBytes: number,
    known: number,
    grid: number,
    mostKeys: number,
  ): void;
  meanKeys(
    rows: number,
    sums: number,
    longest: number,
    keys: number,
    mid: number,
    scale: number,
    flat: number,
  ): void;
  haveValues(): void;
  pairRoomBytes(): number;
  usePairs(
    room: number,
    rules: number,
    close: number,
    bars: number,
    watch: number,
    twoSided: number,
    days: number,
    lastBars: number,
  ): void;
  useBatch(
    order: number,
    pairs: number,
    states: number,
    stateBytes: number,
    changes: number,
    slots: number,
  ): void;
  useRows(keys: number, flat: number): void;
  openBatch(count: number): void;
  openBlock(from: number): void;
  scorePairs(first: number, last: number, spare: number, from: number): number;
  dropRuined(count: number): number;
  closePairs(first: number, count: number, out: number): void;
  setMarket(rules: number, close: number, bars: number, watch: number, reciprocal: number): void;
  setDays(count: number, lastBar: number, dayOf: number, changes: number): void;
  setExtremes(series: number, minima: number, maxima: number, rowLength: number): void;
  settle(
    count: number,
    side: number,
    entry: number,
    exit: number,
    factor: number,
    out: number,
  ): void;
}

const WASM_FILE = new URL("../../build/kernels.wasm", import.meta.url);
let compiled: WebAssembly.Module | null = null;

/** Whether the kernels have been built. */
export function kernelsBuilt(): boolean {
  return existsSync(WASM_FILE);
}

/** A new instance over its own memory; the module is compiled once a thread. */
export function instantiateKernels(memory: WebAssembly.Memory): KernelExports {
  if (compiled === null) {
    if (!kernelsBuilt()) throw new Error("the WASM kernels are not built: npm run kernels");
    compiled = new WebAssembly.Module(readFileSync(WASM_FILE));
  }
  const abort = () => {
    throw new Error("a WASM kernel aborted");
  };
  const { exports } = new WebAssembly.Instance(compiled, { env: { memory, abort } });
  return exports as unknown as KernelExports;
}
