import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** A bar as the exchange knows it: open time, then open, high, low, close, volume. */
export type MarketBar = readonly [number, number, number, number, number, number];

/**
 * A server on this machine that speaks Binance's market-data endpoints: `exchangeInfo` and
 * `klines`, with its page size, its answers to a client that is too fast, and its holes.
 */
export class CandleExchange implements AsyncDisposable {
  readonly bars: readonly MarketBar[];
  /** Start times of the pages that were answered, in order. */
  readonly pages: number[] = [];
  requests = 0;
  /** Requests for pages that are answered with 429 before the next one is served. */
  busy = 0;
  /** Called before a page is answered. */
  beforePage: (startMs: number) => Promise<void> | void = () => {};
  #server!: Server;

  static async start(bars: readonly MarketBar[]): Promise<CandleExchange> {
    const exchange = new CandleExchange(bars);
    const server = createServer((request, response) => {
      exchange.requests++;
      void exchange
        .#answer(new URL(request.url ?? "/", "http://exchange"))
        .then(([status, body]) => {
          response.writeHead(status, { "content-type": "application/json" });
          response.end(JSON.stringify(body));
        });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    exchange.#server = server;
    return exchange;
  }

  constructor(bars: readonly MarketBar[]) {
    this.bars = bars;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async #answer(url: URL): Promise<[number, unknown]> {
    if (url.pathname === "/api/v3/exchangeInfo") return [200, MARKETS];
    if (url.pathname !== "/api/v3/klines") return [404, { code: -1, msg: url.pathname }];
    if (this.busy > 0) {
      this.busy--;
      return [429, { code: -1003, msg: "Too many requests; current limit is 1 request." }];
    }
    const startMs = Number(url.searchParams.get("startTime"));
    const limit = Number(url.searchParams.get("limit"));
    await this.beforePage(startMs);
    this.pages.push(startMs);
    const page = this.bars.filter(([time]) => time >= startMs).slice(0, limit);
    return [200, page.map(([time, ...rest]) => [time, ...rest.map(String), time + 1, "0", 1])];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

const MARKETS = {
  timezone: "UTC",
  serverTime: 0,
  rateLimits: [],
  exchangeFilters: [],
  symbols: [
    {
      symbol: "BTCUSDT",
      status: "TRADING",
      baseAsset: "BTC",
      quoteAsset: "USDT",
      baseAssetPrecision: 8,
      quotePrecision: 8,
      quoteAssetPrecision: 8,
      orderTypes: ["LIMIT"],
      isSpotTradingAllowed: true,
      isMarginTradingAllowed: false,
      filters: [],
      permissions: ["SPOT"],
      permissionSets: [["SPOT"]],
    },
  ],
};
