export { settleGated } from "./gated-panel";
export {
  andPlanes,
  clearPlane,
  compareSeries,
  compareToNumber,
  latchPlane,
  notPlane,
  orPlanes,
} from "./compare";
export { closePairs, dropRuined, openBatch, openBlock, scorePairs } from "./pair-block";
export { pairRoomBytes, useBatch, usePairs, useRows } from "./pair-room";
export { setExtremes } from "./range-extremes";
export { setDays, setMarket, settle } from "./settle";
export { cellCash, setCells } from "./risk-cash";
export { setAccounts } from "./risk-cells";
export { setChanges } from "./risk-days";
export { setDrawdown } from "./risk-drawdown";
export { cellTrades, setRisk } from "./risk-hits";
export { closeRow, openRow, setRow, settleRow } from "./risk-row";
export { fillTable, setTable, setTableDays } from "./risk-table";
export { comparePair, compareRows, makeKeys } from "./row-family";
export { keepHits } from "./kept-hits";
export { settlePanel } from "./leg-panel";
export { setTiles, settleTile } from "./settle-tile";
export { tileRoomBytes } from "./tile-room";
export { listLeaves } from "./leg-leaves";
export { countLevels } from "./level-legs";
export { padRows, rowKeys } from "./row-keys";
export { haveValues, meanKeys, setMean, useMeans } from "./row-means";
export { splitChanges, strengthRows } from "./strength-rows";
export { tickMeans } from "./tick-means";
export { returnFromPlanes, tradesFromPlanes } from "./trade-list";
