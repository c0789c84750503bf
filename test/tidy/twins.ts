/**
 * Where the readable twin of each kernel is: the file of core, and what in it computes the same.
 * Several kernels may be one twin in steps, so names differ where a step has no counterpart.
 */
type Twin = readonly [file: string, name: string];

const PLANE: Twin = ["series/bit-plane.ts", "andPlanes"];
const PAIRS: Twin = ["stages/readable-pair-engine.ts", "ReadablePairEngine"];
const ROWS: Twin = ["stages/reference-backend.ts", "ReferenceRowFamily"];
const MEANS: Twin = ["series/prefix-sum.ts", "PrefixSum"];
const PANEL: Twin = ["execution/leg-panel.ts", "ReadableLegPanel"];
const SETTLE: Twin = ["execution/event-engine.ts", "EventEngine"];
const STOPS: Twin = ["execution/stop-table.ts", "StopTable"];
const CELLS: Twin = ["stages/reference-backend.ts", "ReferenceRiskScorer"];

export const TWINS: Readonly<Record<string, Twin>> = {
  // Atoms and planes.
  compareToNumber: ["signals/atom-plane.ts", "compareToNumber"],
  compareSeries: ["signals/atom-plane.ts", "comparePlane"],
  andPlanes: PLANE,
  clearPlane: ["series/bit-plane.ts", "clearPlane"],
  latchPlane: ["series/bit-plane.ts", "latchPlane"],
  notPlane: ["series/bit-plane.ts", "notPlane"],
  orPlanes: ["series/bit-plane.ts", "orPlanes"],
  // The event engine.
  tradesFromPlanes: ["execution/trade-list.ts", "tradesFromPlanes"],
  returnFromPlanes: SETTLE,
  setMarket: SETTLE,
  setDays: SETTLE,
  setExtremes: ["series/range-extremes.ts", "RangeExtremes"],
  settle: SETTLE,
  // Pairs of rows, of two families and of a batch.
  makeKeys: ROWS,
  comparePair: ROWS,
  compareRows: ROWS,
  padRows: PAIRS,
  rowKeys: PAIRS,
  haveValues: PAIRS,
  pairRoomBytes: PAIRS,
  usePairs: PAIRS,
  useBatch: PAIRS,
  useRows: PAIRS,
  openBatch: PAIRS,
  openBlock: PAIRS,
  scorePairs: PAIRS,
  dropRuined: PAIRS,
  closePairs: PAIRS,
  // Sums over ticks.
  tickMeans: MEANS,
  setMean: MEANS,
  useMeans: MEANS,
  meanKeys: MEANS,
  // Independent legs.
  splitChanges: ["indicators/relative-strength.ts", "strengthOfWhole"],
  strengthRows: ["indicators/relative-strength.ts", "strengthOfWhole"],
  countLevels: ["execution/level-legs.ts", "countLevels"],
  settlePanel: PANEL,
  listLeaves: PANEL,
  settleGated: PANEL,
  tileRoomBytes: PANEL,
  setTiles: PANEL,
  settleTile: PANEL,
  // Stops and targets.
  setRisk: STOPS,
  keepHits: STOPS,
  cellTrades: STOPS,
  setTable: STOPS,
  setTableDays: STOPS,
  fillTable: STOPS,
  setAccounts: CELLS,
  setDrawdown: CELLS,
  setChanges: CELLS,
  setRow: CELLS,
  openRow: CELLS,
  settleRow: CELLS,
  closeRow: CELLS,
  setCells: CELLS,
  cellCash: CELLS,
};
