export { andPlanes, clearPlane, compareSeries, compareToNumber } from "./compare";
export { tradeFactors } from "./factors";
export { setExtremes } from "./range-extremes";
export { setDays, setMarket, settle } from "./settle";
export { tradesFromPlanes } from "./trade-list";
