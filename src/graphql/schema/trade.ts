import type { ExitReason } from "../../core/execution/trade.ts";
import type { ReportTrade } from "../../core/report/variant-report.ts";
import { builder } from "../builder.ts";
import { connectionType } from "./connection.ts";

const TradeSideEnum = builder.enumType("TradeSide", { values: ["LONG", "SHORT"] as const });

const ExitReasonEnum = builder.enumType("ExitReason", {
  description: "Why a trade ended; FORCED is the end of the range.",
  values: {
    STOP_LOSS: {},
    TRAILING_STOP: {},
    TAKE_PROFIT: {},
    SIGNAL: {},
    FORCED: {},
  } satisfies Record<ExitReason, object>,
} as const);

const TradeType = builder.objectRef<ReportTrade>("Trade").implement({
  description: "A closed trade. Money in quote currency, prices in quote a unit of base.",
  fields: (t) => ({
    side: t.expose("direction", { type: TradeSideEnum }),
    entryTime: t.field({
      type: "DateTime",
      description: "Open of the bar of the entry.",
      resolve: ({ entryTimeMs }) => new Date(entryTimeMs),
    }),
    exitTime: t.field({
      type: "DateTime",
      description: "Open of the bar of the exit.",
      resolve: ({ exitTimeMs }) => new Date(exitTimeMs),
    }),
    entryPrice: t.exposeFloat("entryPrice", { description: "Quote; before slippage." }),
    exitPrice: t.exposeFloat("exitPrice", { description: "Quote; before slippage." }),
    entryFill: t.exposeFloat("entryFill", { description: "Quote; what was paid or got." }),
    exitFill: t.exposeFloat("exitFill", { description: "Quote; what was got or paid." }),
    stake: t.exposeFloat("stake", { description: "Quote amount of the entry, without its fee." }),
    quantity: t.exposeFloat("quantity", { description: "Number of units of base." }),
    entryFee: t.exposeFloat("entryFee", { description: "Quote." }),
    exitFee: t.exposeFloat("exitFee", { description: "Quote." }),
    funding: t.exposeFloat("funding", { description: "Quote; negative is received." }),
    grossProfit: t.exposeFloat("grossProfit", { description: "Quote; before fees and funding." }),
    netProfit: t.exposeFloat("netProfit", { description: "Quote; after fees and funding." }),
    returnPct: t.exposeFloat("returnPct", { description: "Net profit in percent of the stake." }),
    exitReason: t.expose("exitReason", { type: ExitReasonEnum }),
  }),
});

export const TradeConnection = connectionType("Trade", TradeType);
