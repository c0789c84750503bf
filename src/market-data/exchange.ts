import { TIMEFRAMES, type Timeframe } from "../core/series/timeframe.ts";
import { complaint, UserError } from "../core/user-error.ts";

/** One market of an exchange, as its users name it. */
export interface ExchangeMarket {
  /** An id of the ccxt library, such as `binance`. */
  readonly exchange: string;
  /** A unified symbol, such as `BTC/USDT`. */
  readonly symbol: string;
  readonly timeframe: Timeframe;
}

/** What an operator may set for an exchange. */
export interface ExchangeSettings {
  /** Replaces scheme and host of every endpoint: a proxy, or a regional mirror. */
  readonly baseUrl?: string | undefined;
  /** Least time between two requests; the library's own for the exchange when absent. */
  readonly rateLimitMs?: number | undefined;
}

/** time, open, high, low, close, volume */
export type ExchangeBar = readonly [number, number, number, number, number, number];

/** A market that answers with pages of bars. */
export interface ExchangeFeed {
  /**
   * Bars that open at `sinceMs` or later, oldest first, as many as one answer holds; spaced out as
   * the exchange's rate limit asks. Throws ExchangeFault.
   */
  page(sinceMs: number): Promise<readonly ExchangeBar[]>;
  /** Bars that one answer holds at most. */
  readonly pageBars: number;
  close(): Promise<void>;
}

/** A request that failed; the same one may succeed later where `transient`. */
export class ExchangeFault extends Error {
  readonly transient: boolean;

  constructor(message: string, transient: boolean, cause: unknown) {
    super(message, { cause });
    this.name = "ExchangeFault";
    this.transient = transient;
  }
}

const PAGE_BARS = 500;
const REQUEST_TIMEOUT_MS = 30_000;

type Library = typeof import("ccxt")["default"];
type Client = InstanceType<Library["binance"]>;

/**
 * Opens a market by the optional package ccxt, without keys. UserError for an unknown exchange,
 * symbol or timeframe and where the package is not installed; ExchangeFault where the exchange
 * does not answer.
 */
export async function openExchange(
  market: ExchangeMarket,
  settings: ExchangeSettings = {},
): Promise<ExchangeFeed> {
  const library = await loadLibrary(market.exchange);
  const client = newClient(library, market.exchange, settings);
  try {
    await asking(library, () => client.loadMarkets());
    checkMarket(client, market);
  } catch (error) {
    await client.close();
    throw error;
  }
  const { symbol, timeframe } = market;
  return {
    pageBars: PAGE_BARS,
    page: async (sinceMs) => {
      const bars = await asking(library, () =>
        client.fetchOHLCV(symbol, timeframe, sinceMs, PAGE_BARS),
      );
      return bars.map((bar) => bar.map(Number) as unknown as ExchangeBar);
    },
    close: () => client.close(),
  };
}

async function loadLibrary(exchange: string): Promise<Library> {
  try {
    return (await import("ccxt")).default;
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ERR_MODULE_NOT_FOUND")) {
      throw error;
    }
    const message = "imports from exchanges need the optional package ccxt, which is not installed";
    throw new UserError("VALIDATION", complaint("exchange", message, exchange, "npm install ccxt"));
  }
}

function newClient(library: Library, id: string, settings: ExchangeSettings): Client {
  if (!library.exchanges.includes(id)) {
    const bound = `one of ${library.exchanges.length} ids, such as binance, kraken, coinbase`;
    throw new UserError("VALIDATION", complaint("exchange", "no such exchange", id, bound));
  }
  const { baseUrl, rateLimitMs } = settings;
  const client: Client = new library[id as "binance"]({
    enableRateLimit: true,
    timeout: REQUEST_TIMEOUT_MS,
    ...(rateLimitMs === undefined ? {} : { rateLimit: rateLimitMs }),
    // Spot markets are what candles are imported from; other kinds cost a request each.
    options: { fetchMarkets: { types: ["spot"] } },
  });
  if (baseUrl !== undefined) client.urls.api = redirected(client.urls.api, new URL(baseUrl));
  return client;
}

/** The same endpoints at another host; ccxt keeps them as text or as a tree of texts. */
function redirected<T>(urls: T, base: URL): T {
  if (typeof urls === "string") {
    if (!/^https?:/.test(urls)) return urls;
    const url = new URL(urls);
    url.protocol = base.protocol;
    url.host = base.host;
    return url.href.replace(/\/$/, "") as T;
  }
  if (typeof urls !== "object" || urls === null) return urls;
  const entries = Object.entries(urls).map(([key, value]) => [key, redirected(value, base)]);
  return Object.fromEntries(entries) as T;
}

function checkMarket(client: Client, { exchange, symbol, timeframe }: ExchangeMarket): void {
  const faults = [];
  if (client.has.fetchOHLCV === false) {
    faults.push(complaint("exchange", "this exchange gives no candles", exchange));
  }
  if (!client.symbols.includes(symbol)) {
    const bound = `one of ${client.symbols.length} symbols${similar(client.symbols, symbol)}`;
    faults.push(complaint("symbol", "no such market on the exchange", symbol, bound));
  }
  const known = client.timeframes as Readonly<Record<string, unknown>> | undefined;
  if (known !== undefined && !(timeframe in known)) {
    const bound = TIMEFRAMES.filter((name) => name in known).join(" | ");
    faults.push(complaint("timeframe", "the exchange has no such candles", timeframe, bound));
  }
  if (faults.length > 0) throw new UserError("VALIDATION", faults);
}

function similar(symbols: readonly string[], wanted: string): string {
  const [base = ""] = wanted.toUpperCase().split(/[/:_-]/);
  const near = symbols.filter((symbol) => symbol.startsWith(base)).slice(0, 5);
  return near.length === 0 ? "" : `, such as ${near.join(", ")}`;
}

async function asking<T>(library: Library, request: () => Promise<T>): Promise<T> {
  try {
    return await request();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const transient = error instanceof library.OperationFailed;
    throw new ExchangeFault(error.message, transient, error);
  }
}
