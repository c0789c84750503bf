export {
  andPlanes,
  clearPlane,
  compareSeries,
  compareToNumber,
  latchPlane,
  notPlane,
  orPlanes,
} from "./compare";
export { setExtremes } from "./range-extremes";
export { setDays, setMarket, settle } from "./settle";
export { cellCash, setStops, setTargets } from "./risk-table";
export { settlePanel } from "./leg-panel";
export { countLevels } from "./level-legs";
export { comparePair, makeKeys } from "./row-family";
export { returnFromPlanes, tradesFromPlanes } from "./trade-list";
