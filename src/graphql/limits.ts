/** Bounds of one GraphQL request. A refusal names the bound and the value that broke it. */
export interface RequestLimits {
  /** Length of a document in characters. */
  readonly maxDocumentLength: number;
  /** Lexical tokens of a document. */
  readonly maxTokens: number;
  /** Nesting of selections. */
  readonly maxDepth: number;
  /** Fields selected in all, aliases and fragments counted. */
  readonly maxBreadth: number;
  /** Fields with another name in the answer than their own. */
  readonly maxAliases: number;
  /** Points: one a field, multiplied by the page size of every connection above it. */
  readonly maxPoints: number;
}

export const REQUEST_LIMITS: RequestLimits = {
  maxDocumentLength: 65_536,
  maxTokens: 4_000,
  maxDepth: 14,
  maxBreadth: 300,
  maxAliases: 100,
  maxPoints: 20_000,
};

/** Bounds of what is open at once. */
export interface TrafficLimits {
  /** Websockets of one owner. */
  readonly maxSockets: number;
  /** Subscriptions of one owner, over websockets and server-sent events together. */
  readonly maxSubscriptions: number;
  /** Operations that one websocket may have open. */
  readonly maxOperations: number;
  /** Largest message of a client over websocket, in bytes. */
  readonly maxMessageBytes: number;
  /** Connections of all kinds and owners. */
  readonly maxConnections: number;
}

export const TRAFFIC_LIMITS: TrafficLimits = {
  maxSockets: 1_000,
  maxSubscriptions: 2_000,
  maxOperations: 100,
  maxMessageBytes: 1_048_576,
  maxConnections: 5_000,
};

/** Largest `first` of any connection or list. */
export const MAX_PAGE_SIZE = 100;
