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
  /** Points: one a field, multiplied by the page size of every connection above it. */
  readonly maxPoints: number;
}

export const REQUEST_LIMITS: RequestLimits = {
  maxDocumentLength: 65_536,
  maxTokens: 4_000,
  maxDepth: 14,
  maxBreadth: 300,
  maxPoints: 20_000,
};

/** Largest `first` of any connection or list. */
export const MAX_PAGE_SIZE = 100;
